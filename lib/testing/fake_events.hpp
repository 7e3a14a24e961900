// What streams and monitors take: event filters, log levels, and the records themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <serf/testing/fake_member.hpp>
#include <serf/testing/fake_user_event.hpp>
#include <serf/testing/fake_value.hpp>

namespace serf::testing {

class fake_event_filter {
 public:
  static std::optional<fake_event_filter> parse(const std::string& text);  // nullopt: invalid

  // `kind` is user, query or member-...; only the first two have a name.
  bool takes(const std::string& kind, const std::string& name) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::pair<std::string, std::string>> items_;  // kind and name; "" is any name
};

// TRACE is 0; nullopt for what is no level. Case counts.
std::optional<int> log_level_of(std::string_view name);
// Whether a monitor of `level` gets the line. Lines that name no level go to all.
bool passes_level(const std::string& line, int level);

fake_value to_record(const fake_user_event& event);
fake_value member_record(const std::string& kind, const std::vector<fake_member>& members);
fake_value query_record(std::uint64_t id, std::uint64_t ltime, const std::string& name,
                        const std::string& payload);
fake_value log_record(const std::string& line);
// type: ack, response or done
fake_value query_reply_record(const std::string& type, const std::string& from,
                              const std::string& payload);

}  // namespace serf::testing
