#include "protocol/reader.hpp"

#include <algorithm>
#include <utility>

#include "protocol/foreign_peer.hpp"

namespace serf::protocol {
namespace {

// Generous: the error text of a join names each address that could not be reached.
constexpr std::size_t longest_header = std::size_t{1} << 20U;
constexpr std::size_t most_header_elements = 4096;

// What read_usual_header() takes, no limit refuses: otherwise the pieces in which a header arrives
// would decide.
constexpr limits usual_header{21, 1, 2};

limits for_headers(const limits& bounds) {
  return {std::clamp(bounds.bytes, usual_header.bytes, longest_header),
          std::max(bounds.depth, usual_header.depth),
          std::clamp(bounds.elements, usual_header.elements, most_header_elements)};
}

bool is_map(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return (byte >= 0x80 && byte <= 0x8f) || byte == 0xde || byte == 0xdf;
}

std::string excess_of(value_scanner::outcome found, const limits& bounds) {
  switch (found) {
    case value_scanner::outcome::too_deep:
      return "with arrays and maps nested deeper than " + std::to_string(bounds.depth);
    case value_scanner::outcome::too_many:
      return "of more than " + std::to_string(bounds.elements) + " elements";
    default:
      return "of more than " + std::to_string(bounds.bytes) + " bytes";
  }
}

}  // namespace

reader::reader(const limits& bounds) : body_limits_(bounds), header_limits_(for_headers(bounds)) {}

reader::space reader::prepare() {
  if (!flaw_.empty()) buffer_.clear();  // whatever else comes, it is not kept
  return buffer_.prepare();
}

reader::status reader::next_header(header& into) {
  if (!flaw_.empty()) return status::violation;
  const std::string_view pending = buffer_.pending();
  if (pending.empty()) return status::need_more;
  if (const std::size_t size = read_usual_header(pending, into); size > 0) {
    scanner_.reset();  // it may have seen the first bytes of this header
    buffer_.consume(size);
    return status::ready;
  }
  if (!is_map(pending[0])) return violation(errc::protocol_violation, foreign_peer(pending));
  std::string_view value;
  const status found = next_value("header", header_limits_, value);
  if (found != status::ready) return found;
  if (auto wrong = read_header(value, into)) {
    return violation(errc::protocol_violation, "sent " + *wrong);
  }
  return status::ready;
}

reader::status reader::next_body(std::string_view& into) {
  if (!flaw_.empty()) return status::violation;
  return next_value("body", body_limits_, into);
}

reader::status reader::next_value(const char* what, const limits& bounds, std::string_view& into) {
  const std::string_view pending = buffer_.pending();
  const value_scanner::outcome found = scanner_.scan(pending, bounds);
  switch (found) {
    case value_scanner::outcome::complete:
      into = pending.substr(0, scanner_.size());
      buffer_.consume(into.size());
      scanner_.reset();
      return status::ready;
    case value_scanner::outcome::need_more:
      return status::need_more;
    case value_scanner::outcome::malformed:
      return violation(errc::protocol_violation,
                       std::string("sent a ") + what + " with byte 0xc1 at offset " +
                           std::to_string(scanner_.size()) + ", which means nothing in msgpack");
    default:
      return violation(errc::limit_exceeded,
                       std::string("sent a ") + what + ' ' + excess_of(found, bounds));
  }
}

reader::status reader::violation(errc code, std::string text) {
  flaw_code_ = code;
  flaw_ = std::move(text);
  return status::violation;
}

}  // namespace serf::protocol
