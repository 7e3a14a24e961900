// Framing: the same bytes, in one piece and in many, are the same messages and the same verdict.
//
// input: a byte of limits, a byte of which messages have a body, a byte that the sizes of the
// pieces follow from, and then what the agent sends.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "fuzz/expect.hpp"
#include "fuzz/input.hpp"
#include "fuzz/one_value.hpp"
#include "protocol/reader.hpp"

namespace serf::fuzz {
namespace {

using protocol::reader;

protocol::limits limits_of(std::uint8_t choice) {
  if (choice < 128) return {};
  return {std::size_t{16} << (choice & 7U), choice >> 3U & 3U,
          std::size_t{4} << (choice >> 4U & 3U)};
}

struct verdict {
  std::vector<std::string> messages;  // "header <seq> <error>" or "body <bytes>"
  bool violation = false;
  errc code{};
  std::size_t pending = 0;

  bool operator==(const verdict& other) const {
    // What is left over depends on where a violation was noticed.
    return messages == other.messages && violation == other.violation && code == other.code &&
           (violation || pending == other.pending);
  }
};

class conversation {
 public:
  conversation(const protocol::limits& bounds, unsigned bodies)
      : reader_(bounds), bounds_(bounds), bodies_(bodies) {}

  void feed(std::string_view bytes) {
    while (!bytes.empty()) {
      const reader::space space = reader_.prepare();
      expect(space.size > 0, "there is always space for more bytes");
      const std::size_t size = std::min(space.size, bytes.size());
      std::memcpy(space.data, bytes.data(), size);
      reader_.commit(size);
      fed_ += size;
      bytes.remove_prefix(size);
      while (read_message()) {
      }
    }
  }

  const verdict& end() {
    heard_.pending = reader_.pending();
    return heard_;
  }

 private:
  bool read_message() {
    std::string_view body;
    protocol::header header;
    const auto read = body_follows_ ? reader_.next_body(body) : reader_.next_header(header);
    expect(reader_.pending() <= fed_, "no more is pending than has come");
    if (read == reader::status::violation) {
      expect(!reader_.flaw().empty(), "a violation has a text");
      heard_.violation = true;
      heard_.code = reader_.flaw_code();
      return false;
    }
    expect(!heard_.violation, "after a violation nothing is read");
    if (read == reader::status::need_more) return false;
    if (body_follows_) {
      expect(body.size() <= bounds_.bytes, "a body is within the limits");
      expect(is_one_value(body), "a body is one whole msgpack value");
      heard_.messages.push_back("body " + std::string(body));
      body_follows_ = false;
    } else {
      heard_.messages.push_back("header " + std::to_string(header.seq) + ' ' +
                                std::string(header.error));
      body_follows_ = (bodies_ >> (headers_++ & 7U) & 1U) != 0;
    }
    return true;
  }

  reader reader_;
  const protocol::limits bounds_;
  const unsigned bodies_;
  unsigned headers_ = 0;
  std::size_t fed_ = 0;
  bool body_follows_ = false;
  verdict heard_;
};

void run(input in) {
  const protocol::limits bounds = limits_of(in.byte());
  const unsigned bodies = in.byte();
  piece_sizes sizes(in.byte());
  std::string_view sent = in.rest();

  conversation at_once(bounds, bodies);
  at_once.feed(sent);

  conversation in_pieces(bounds, bodies);
  while (!sent.empty()) {
    const std::string_view piece = sent.substr(0, sizes.next());
    in_pieces.feed(piece);
    sent.remove_prefix(piece.size());
  }
  expect(at_once.end() == in_pieces.end(), "pieces are the same messages as the whole");
}

}  // namespace
}  // namespace serf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  serf::fuzz::run(serf::fuzz::input(data, size));
  return 0;
}
