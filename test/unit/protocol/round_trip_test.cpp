#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <msgpack.hpp>

#include "protocol/decode.hpp"
#include "protocol/ip_address.hpp"

namespace serf::protocol::test {
namespace {

using packer = msgpack::packer<msgpack::sbuffer>;

class generator {
 public:
  explicit generator(unsigned seed) : random_(seed) {}

  std::size_t up_to(std::size_t most) { return random_() % (most + 1); }

  // Of the lengths at which msgpack's forms change, and others.
  std::string bytes() {
    static const std::size_t lengths[] = {0, 1, 5, 31, 32, 255, 256, 300};
    std::string made(lengths[up_to(std::size(lengths) - 1)], '\0');
    for (char& each : made) each = static_cast<char>(random_() & 0xffU);
    return made;
  }

  member make_member(std::string& address_bytes) {
    member made;
    made.name = bytes();
    address_bytes = bytes().substr(0, 4 * up_to(4));
    made.address = address_text(address_bytes);
    made.port = static_cast<std::uint16_t>(random_());
    std::vector<tag_map::value_type> tags;
    for (std::size_t i = up_to(20); i > 0; --i) tags.emplace_back(bytes(), bytes());
    made.tags = tag_map(tags);
    made.status = static_cast<member_status>(up_to(4));
    for (int* each : {&made.protocol_min, &made.protocol_max, &made.protocol_cur,
                      &made.delegate_min, &made.delegate_max, &made.delegate_cur}) {
      *each = static_cast<int>(random_());
    }
    return made;
  }

  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_;
};

void pack_member(packer& out, const member& value, const std::string& address_bytes,
                 std::mt19937& random) {
  using write = void (*)(packer&, const member&, const std::string&);
  std::vector<write> fields = {
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("Name")).pack(m.name);
      },
      [](packer& p, const member&, const std::string& a) {
        p.pack(std::string("Addr")).pack_bin(static_cast<std::uint32_t>(a.size()));
        p.pack_bin_body(a.data(), static_cast<std::uint32_t>(a.size()));
      },
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("Port")).pack(m.port);
      },
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("Tags")).pack_map(static_cast<std::uint32_t>(m.tags.size()));
        for (const auto& [key, tag] : m.tags) p.pack(key).pack(tag);
      },
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("Status")).pack(to_string(m.status));
      },
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("ProtocolMin")).pack(m.protocol_min);
      },
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("ProtocolMax")).pack(m.protocol_max);
      },
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("ProtocolCur")).pack(m.protocol_cur);
      },
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("DelegateMin")).pack(m.delegate_min);
      },
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("DelegateMax")).pack(m.delegate_max);
      },
      [](packer& p, const member& m, const std::string&) {
        p.pack(std::string("DelegateCur")).pack(m.delegate_cur);
      },
  };
  std::shuffle(fields.begin(), fields.end(), random);
  out.pack_map(static_cast<std::uint32_t>(fields.size()));
  for (const write each : fields) each(out, value, address_bytes);
}

TEST(round_trip, gives_back_any_members) {
  generator any(20260116);
  for (int round = 0; round < 300; ++round) {
    msgpack::sbuffer buffer;
    packer out(buffer);
    std::vector<member> sent;
    const std::size_t count = any.up_to(20);
    out.pack_map(1).pack(std::string("Members")).pack_array(static_cast<std::uint32_t>(count));
    for (std::size_t i = 0; i < count; ++i) {
      std::string address_bytes;
      sent.push_back(any.make_member(address_bytes));
      pack_member(out, sent.back(), address_bytes, any.random());
    }
    std::vector<member> received;
    ASSERT_EQ(decode_members({buffer.data(), buffer.size()}, received), std::nullopt);
    ASSERT_THAT(received, ::testing::ElementsAreArray(sent));
  }
}

TEST(round_trip, gives_back_any_user_event) {
  generator any(20260117);
  for (int round = 0; round < 1000; ++round) {
    const user_event sent{any.bytes(), any.bytes(),
                          any.random()() * std::uint64_t{1} << any.up_to(32), any.up_to(1) == 1};
    msgpack::sbuffer buffer;
    packer out(buffer);
    out.pack_map(5);
    out.pack(std::string("LTime")).pack(sent.ltime);
    out.pack(std::string("Payload")).pack(sent.payload);
    out.pack(std::string("Event")).pack(std::string("user"));
    out.pack(std::string("Coalesce")).pack(sent.coalesce);
    out.pack(std::string("Name")).pack(sent.name);
    serf::event received;
    ASSERT_EQ(decode_event({buffer.data(), buffer.size()}, received), std::nullopt);
    ASSERT_EQ(received, serf::event(sent));
  }
}

}  // namespace
}  // namespace serf::protocol::test
