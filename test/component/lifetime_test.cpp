// How clients end: from any thread, inside a handler, with calls under way. And what handlers may
// do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <serf/client.hpp>
#include <serf/testing/fake_agent.hpp>

#include "support/deadline.hpp"

namespace serf {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::fake_agent;
using ::testing::HasSubstr;

class lifetime : public ::testing::Test {
 protected:
  client_options options() const { return client_options(agent_.address()).reconnect(false); }

  fake_agent agent_;
};

TEST_F(lifetime, of_a_client_may_end_before_it_is_connected) {
  for (int i = 0; i < 200; ++i) {
    serf::client client(options());
    auto asked = client.members();
    if (i % 2 == 0) client.close();
  }
}

TEST_F(lifetime, of_a_client_may_end_inside_a_handler) {
  for (int i = 0; i < 200; ++i) {
    auto client = std::make_unique<serf::client>(options());
    std::promise<void> ended;
    client->stats([&](const result<agent_stats>&) {
      client.reset();
      ended.set_value();
    });
    ended.get_future().get();
  }
  EXPECT_TRUE(agent_.wait_for_open_connections(0, 10s));
}

TEST_F(lifetime, of_a_client_that_ends_inside_a_handler_ends_after_the_other_handlers) {
  agent_.on("stats").stay_silent();
  auto client = std::make_unique<serf::client>(options());
  std::promise<std::vector<errc>> told;
  std::vector<errc> codes;
  bool within = false;
  for (int i = 0; i < 3; ++i) {
    client->stats([&](const result<agent_stats>& r) {
      EXPECT_FALSE(within) << "handlers do not overlap";
      codes.push_back(r.error().code);
      if (codes.size() == 3) told.set_value(codes);
    });
  }
  client->members([&](const result<std::vector<member>>&) {
    within = true;
    client.reset();
    within = false;
  });
  EXPECT_EQ(told.get_future().get(), std::vector<errc>(3, errc::client_closed));
}

TEST_F(lifetime, of_a_client_may_end_inside_a_handler_that_its_owners_close_waits_for) {
  agent_.on("stats").stay_silent();
  for (int i = 0; i < 200; ++i) {
    auto client = std::make_unique<serf::client>(options());
    std::promise<void> ended;
    client->stats([&](const result<agent_stats>&) {
      client.reset();
      ended.set_value();
    });
    auto& closing = *client;
    closing.close();
    ended.get_future().get();
  }
}

// A call may complete, and its handler destroy the client, before the call has returned. The caller
// does not wait for that handler then.
TEST_F(lifetime, of_a_handler_is_not_waited_for_by_the_call_it_was_given_to) {
  for (int i = 0; i < 100; ++i) {
    auto client = std::make_unique<serf::client>(options());
    std::promise<void> returned, ended;
    client->stats([&, pending = returned.get_future().share()](const result<agent_stats>&) {
      client.reset();
      pending.wait();
      ended.set_value();
    });
    returned.set_value();
    ended.get_future().get();
  }
}

TEST_F(lifetime, of_many_handlers_that_all_close_the_client_ends_well) {
  agent_.on("stats").stay_silent();
  serf::client client(options());
  client.ready().get();
  std::atomic<int> called{0};
  constexpr int many = 30000;
  for (int i = 0; i < many; ++i) {
    client.stats([&](const result<agent_stats>&) {
      ++called;
      client.close();
    });
  }
  agent_.close_connections();
  EXPECT_TRUE(testing::wait_until([&] { return called == many; }, 60s));
}

TEST_F(lifetime, of_a_client_may_be_closed_inside_a_handler_and_by_others_at_the_same_time) {
  for (int i = 0; i < 100; ++i) {
    serf::client client(options());
    std::promise<void> closed;
    client.members([&](const result<std::vector<member>>&) {
      client.close();
      closed.set_value();
    });
    std::thread other([&] { client.close(); });
    client.close();
    other.join();
    closed.get_future().get();
    EXPECT_THROW(client.members().get(), connection_error);
  }
}

TEST_F(lifetime, of_a_call_ends_exactly_once_whoever_closes_when) {
  std::atomic<int> completed{0};
  int made = 0;
  for (int round = 0; round < 50; ++round) {
    serf::client client(options());
    std::vector<std::future<std::vector<member>>> futures;
    for (int i = 0; i < 20; ++i) {
      client.members([&](const result<std::vector<member>>&) { ++completed; });
      futures.push_back(client.members());
      ++made;
    }
    if (round % 2 == 0) client.ready().wait();
    client.close();
    for (auto& each : futures) EXPECT_EQ(each.wait_for(0s), std::future_status::ready);
  }
  EXPECT_EQ(completed, made);
}

TEST_F(lifetime, of_a_client_that_was_moved_from_is_over_for_calls) {
  serf::client first(options());
  serf::client second(std::move(first));
  EXPECT_EQ(second.members().get().size(), 1U);
  EXPECT_THROW(first.members().get(), connection_error);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(first.state(), connection_state::closed);
  errc told{};
  first.stats([&](const result<agent_stats>& r) { told = r.error().code; });
  EXPECT_EQ(told, errc::client_closed);
  first.stats([](const result<agent_stats>&) { throw std::runtime_error("mine"); });
  first.close();
  first = std::move(second);
  EXPECT_EQ(first.members().get().size(), 1U);
}

TEST_F(lifetime, of_a_handler_that_throws_is_logged_and_others_go_on) {
  std::mutex mutex;
  std::string logged;
  serf::client client(options().log([&](const log_record& record) {
    const std::lock_guard<std::mutex> lock(mutex);
    logged += record.text + "\n";
  }));
  std::promise<void> second;
  client.stats([](const result<agent_stats>&) { throw std::runtime_error("of mine"); });
  client.stats([&](const result<agent_stats>&) { second.set_value(); });
  second.get_future().get();
  client.close();
  EXPECT_THAT(logged, HasSubstr("a handler threw: of mine"));
}

TEST_F(lifetime, of_handlers_never_overlaps_and_keeps_the_order_of_the_answers) {
  serf::client client(options());
  std::atomic<int> running{0};
  std::vector<int> order;
  for (int i = 0; i < 500; ++i) {
    client.members([&, i](const result<std::vector<member>>&) {
      EXPECT_EQ(++running, 1);
      order.push_back(i);
      --running;
    });
  }
  std::promise<void> last;
  client.members([&](const result<std::vector<member>>&) { last.set_value(); });
  last.get_future().get();
  EXPECT_EQ(order.size(), 500U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(lifetime, of_a_handler_lets_it_own_what_can_only_be_moved) {
  serf::client client(options());
  auto owned = std::make_unique<std::promise<std::size_t>>();
  auto counted = owned->get_future();
  client.members(
      [owned = std::move(owned)](result<std::vector<member>> r) { owned->set_value(r->size()); });
  EXPECT_EQ(counted.get(), 1U);
}

TEST_F(lifetime, of_a_connection_is_told_change_by_change) {
  std::vector<connection_state> states;
  std::string reason;
  serf::client client(options());
  const auto watching = client.on_connection([&](const connection_event& change) {
    EXPECT_EQ(change.endpoint, agent_.address());
    EXPECT_EQ(change.attempt, 1);
    states.push_back(change.state);
    reason = change.reason;
  });
  client.ready().get();
  agent_.close_connections();
  EXPECT_TRUE(testing::wait_until([&] { return client.state() == connection_state::closed; }, 10s));
  client.close();
  ASSERT_GE(states.size(), 3U);
  EXPECT_EQ(states.back(), connection_state::closed);
  EXPECT_EQ(states[states.size() - 2], connection_state::lost);
  EXPECT_EQ(states[states.size() - 3], connection_state::ready);
  EXPECT_THAT(reason, HasSubstr("closed the connection"));
}

TEST_F(lifetime, of_a_watching_handler_that_closes_the_client_is_told_the_rest_after_it) {
  serf::client client(options());
  client.ready().get();
  int depth = 0;
  std::promise<void> closed;
  const auto watching = client.on_connection([&](const connection_event& change) {
    EXPECT_EQ(++depth, 1);
    if (change.state == connection_state::lost) client.close();
    if (change.state == connection_state::closed) closed.set_value();
    --depth;
  });
  agent_.close_connections();
  closed.get_future().get();
}

TEST_F(lifetime, of_a_subscription_may_outlast_its_client) {
  subscription watching;
  {
    serf::client client(options());
    watching = client.on_connection([](const connection_event&) {});
    client.ready().get();
  }
  EXPECT_TRUE(watching.active());
  watching.cancel();
  EXPECT_FALSE(watching.active());
}

TEST_F(lifetime, of_a_log_line_is_the_delivery_threads) {
  const auto caller = std::this_thread::get_id();
  std::atomic<int> lines{0};
  std::atomic<bool> elsewhere{true};
  {
    serf::client client(options().log(
        [&](const log_record&) {
          ++lines;
          if (std::this_thread::get_id() == caller) elsewhere = false;
        },
        log_level::trace));
    client.ready().get();
  }
  EXPECT_GE(lines, 2);
  EXPECT_TRUE(elsewhere);
}

TEST_F(lifetime, of_1000_clients_leaves_no_descriptor_behind) {
  const auto descriptors = [] {
    std::size_t count = 0;
    for (int each = 0; each < 1024; ++each) count += ::fcntl(each, F_GETFD) != -1 ? 1 : 0;
    return count;
  };
  { serf::client(options()).ready().get(); }
  ASSERT_TRUE(agent_.wait_for_open_connections(0, 10s));
  const auto before = descriptors();
  for (int i = 0; i < 1000; ++i) {
    serf::client client(options());
    if (i % 10 == 0) client.members().get();
  }
  ASSERT_TRUE(agent_.wait_for_open_connections(0, 10s));
  EXPECT_EQ(descriptors(), before);
}

}  // namespace
}  // namespace serf
