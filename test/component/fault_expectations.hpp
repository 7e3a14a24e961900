// What must hold of each fault, whatever it is: bounded in time and memory, no spinning, and over
// when it is over.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <variant>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/fake_client.hpp"
#include "support/process_costs.hpp"

namespace serf::testing {

constexpr auto patience = std::chrono::seconds(20);  // longer is never

// Quick to come back; all other delays are as users have them.
inline client_options faulted_client(const std::string& address) {
  using std::chrono::milliseconds;
  return client_options(address).reconnect(
      reconnect_options().initial_delay(milliseconds(5)).max_delay(milliseconds(20)));
}

// What the agent was told to send has left it: it has answered somebody else since.
inline void let_it_send(const fake_agent& agent) {
  fake_client(agent.host(), agent.port()).handshake();
}

// nullopt: the call was answered. Any exception but the library's own fails the test.
template <class T>
std::optional<failure> failure_of(std::future<T> call) {
  if (call.wait_for(patience) != std::future_status::ready) {
    ADD_FAILURE() << "the call hangs";
    return failure(errc::timed_out, "hangs");
  }
  try {
    call.get();
  } catch (const error& caught) {
    return caught.failure();
  }
  return std::nullopt;
}

// A call that meets the loss of the connection fails of it; the next one is served.
inline void expect_served(client& client) {
  auto why = failure_of(client.stats(patience));
  if (why && why->code == errc::connection_lost) why = failure_of(client.stats(patience));
  EXPECT_FALSE(why) << why->message;
}

inline void expect_failure(const std::optional<failure>& why, errc code, const std::string& text,
                           const std::string& agent) {
  ASSERT_TRUE(why) << "answered";
  EXPECT_EQ(why->code, code) << to_string(why->code) << ": " << why->message;
  EXPECT_THAT(why->message, ::testing::HasSubstr(text));
  EXPECT_THAT(why->message, ::testing::HasSubstr(agent));
}

// What is allowed of one processor while there is next to nothing to do; who spins uses all of it.
// Instrumented, each attempt to connect takes several times as long, on both of its ends.
#if defined(SERF_WITH_ADDRESS_SANITIZER) || defined(SERF_WITH_THREAD_SANITIZER)
constexpr double not_spinning = 0.9;
#else
constexpr double not_spinning = 0.5;
#endif

// Lets `waiting` run and looks at what the process used meanwhile.
template <class Function>
void expect_no_spinning_during(Function waiting) {
  const auto began = std::chrono::steady_clock::now();
  const auto used = processor_time();
  waiting();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const std::chrono::duration<double> busy = processor_time() - used;
  EXPECT_LT(busy.count(), took.count() * not_spinning) << "in " << took.count() << " s";
}

inline std::string name_of(const std::optional<event>& what) {
  if (!what) return "nothing";
  if (const auto* user = std::get_if<user_event>(&*what)) return user->name;
  if (const auto* missing = std::get_if<gap>(&*what)) return to_string(missing->reason);
  return "something else";
}

}  // namespace serf::testing
