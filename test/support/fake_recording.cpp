#include "support/fake_recording.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <msgpack.hpp>
#include <sstream>
#include <stdexcept>

namespace serf::testing {
namespace {

std::string escaped(const char* data, std::size_t size) {
  std::ostringstream out;
  for (std::size_t i = 0; i < size; ++i) {
    const auto code = static_cast<unsigned char>(data[i]);
    if (code >= 0x20 && code < 0x7f && code != '\\') {
      out << data[i];
    } else {
      out << "\\" << static_cast<unsigned>(code) << ";";
    }
  }
  return out.str();
}

std::string describe(const msgpack::object& value, bool with_values);

std::string describe_map(const msgpack::object_map& map, bool with_values) {
  std::vector<std::string> entries;
  for (std::uint32_t i = 0; i < map.size; ++i) {
    entries.push_back(describe(map.ptr[i].key, true) + ": " +
                      describe(map.ptr[i].val, with_values));
  }
  std::sort(entries.begin(), entries.end());
  std::string result = "{";
  for (const auto& entry : entries) result += (result.size() > 1 ? ", " : "") + entry;
  return result + "}";
}

std::string describe(const msgpack::object& value, bool with_values) {
  const auto only = [&](const char* type, const std::string& text) {
    return with_values ? type + ("(" + text + ")") : type;
  };
  switch (value.type) {
    case msgpack::type::NIL:
      return "nil";
    case msgpack::type::BOOLEAN:
      return only("bool", value.via.boolean ? "true" : "false");
    case msgpack::type::POSITIVE_INTEGER:
      return only("uint", std::to_string(value.via.u64));
    case msgpack::type::NEGATIVE_INTEGER:
      return only("int", std::to_string(value.via.i64));
    case msgpack::type::FLOAT32:
      return only("float32", std::to_string(value.via.f64));
    case msgpack::type::FLOAT64:
      return only("float64", std::to_string(value.via.f64));
    case msgpack::type::STR:
      return only("str", escaped(value.via.str.ptr, value.via.str.size));
    case msgpack::type::BIN:
      return only("bin", escaped(value.via.bin.ptr, value.via.bin.size));
    case msgpack::type::MAP:
      return describe_map(value.via.map, with_values);
    case msgpack::type::ARRAY: {
      std::string result = "[";
      for (std::uint32_t i = 0; i < value.via.array.size; ++i) {
        result += (i > 0 ? ", " : "") + describe(value.via.array.ptr[i], with_values);
      }
      return result + "]";
    }
    default:
      return "ext";
  }
}

std::string describe_all(const std::string& bytes, bool with_values) {
  std::string result;
  std::size_t position = 0;
  while (position < bytes.size()) {
    const auto value = msgpack::unpack(bytes.data(), bytes.size(), position);
    result += describe(value.get(), with_values) + "\n";
  }
  return result;
}

std::string ip_text(const std::string& bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  if (!bytes.empty()) {
    ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
  }
  return text;
}

fake_member member_of(const msgpack::object& value) {
  const auto fields = value.as<std::map<std::string, msgpack::object>>();
  fake_member member(fields.at("Name").as<std::string>());
  if (!fields.at("Tags").is_nil()) member.tags = fields.at("Tags").as<fake_member::tag_map>();
  member.status = fields.at("Status").as<std::string>();
  const auto& address = fields.at("Addr");
  member.address = address.is_nil() ? "" : ip_text({address.via.bin.ptr, address.via.bin.size});
  member.port = fields.at("Port").as<std::uint16_t>();
  member.protocol_min = fields.at("ProtocolMin").as<unsigned>();
  member.protocol_max = fields.at("ProtocolMax").as<unsigned>();
  member.protocol_cur = fields.at("ProtocolCur").as<unsigned>();
  member.delegate_min = fields.at("DelegateMin").as<unsigned>();
  member.delegate_max = fields.at("DelegateMax").as<unsigned>();
  member.delegate_cur = fields.at("DelegateCur").as<unsigned>();
  return member;
}

}  // namespace

std::string recorded(const std::string& name) {
  const auto path = std::string(SERF_TEST_CAPTURES_DIR) + "/" + name + ".bin";
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("no recording " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string readable(const std::string& bytes) { return describe_all(bytes, true); }
std::string shape(const std::string& bytes) { return describe_all(bytes, false); }

std::vector<fake_member> recorded_members(const std::string& name) {
  const auto bytes = recorded(name);
  std::size_t position = 0;
  while (position < bytes.size()) {
    const auto value = msgpack::unpack(bytes.data(), bytes.size(), position);
    const auto fields = value.get().as<std::map<std::string, msgpack::object>>();
    const auto found = fields.find("Members");
    if (found == fields.end()) continue;
    std::vector<fake_member> members;
    for (const auto& one : found->second.as<std::vector<msgpack::object>>()) {
      members.push_back(member_of(one));
    }
    return members;
  }
  throw std::runtime_error("no members in the recording " + name);
}

}  // namespace serf::testing
