#include <serf/testing/fake_member.hpp>

#include <arpa/inet.h>

#include <stdexcept>

namespace serf::testing {
namespace {

fake_value address_bytes(const std::string& address) {
  if (address.empty()) return nullptr;
  const bool six = address.find(':') != std::string::npos;
  std::string bytes(six ? 16 : 4, '\0');
  if (::inet_pton(six ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1) {
    throw std::invalid_argument("a fake member's address is not an IP address: " + address);
  }
  return fake_bytes{bytes};
}

}  // namespace

fake_value to_value(const fake_member& member) {
  fake_map tags;
  for (const auto& [key, value] : member.tags) tags.emplace_back(key, value);
  return fake_map{{"Addr", address_bytes(member.address)},
                  {"DelegateCur", member.delegate_cur},
                  {"DelegateMax", member.delegate_max},
                  {"DelegateMin", member.delegate_min},
                  {"Name", member.name},
                  {"Port", member.port},
                  {"ProtocolCur", member.protocol_cur},
                  {"ProtocolMax", member.protocol_max},
                  {"ProtocolMin", member.protocol_min},
                  {"Status", member.status},
                  {"Tags", tags}};
}

fake_value to_list(const std::vector<fake_member>& members) {
  fake_list list;
  for (const auto& member : members) list.push_back(to_value(member));
  return list;
}

fake_value to_coordinate_reply(const fake_coordinate* coordinate) {
  fake_value vec;
  fake_coordinate sent;
  if (coordinate) {
    sent = *coordinate;
    vec = fake_list(sent.vec.begin(), sent.vec.end());
  } else {
    sent.error = sent.height = 0;  // the zero value: vec stays nil
  }
  return fake_map{{"Coord", fake_map{{"Adjustment", sent.adjustment},
                                     {"Error", sent.error},
                                     {"Height", sent.height},
                                     {"Vec", vec}}},
                  {"Ok", coordinate != nullptr}};
}

}  // namespace serf::testing
