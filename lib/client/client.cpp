#include <serf/client.hpp>

#include <stdexcept>
#include <system_error>
#include <utility>

#include "client/client_core.hpp"
#include "client/options_check.hpp"
#include "client/out_of_use.hpp"
#include "vocabulary/home_process.hpp"

namespace serf {
namespace {

// In both of these the core is the caller's own share: a handler may run, and destroy the client,
// before the call that it was given to has returned.

template <class T>
std::future<T> future_of(const std::shared_ptr<client_core> core, command_of<T> what,
                         const call_options& options) {
  const auto why = out_of_use(core, what.name);
  if (!why) return core->future_of(std::move(what), options);
  std::promise<T> promise;
  promise.set_exception(to_exception(*why));
  return promise.get_future();
}

// Where there is no delivery thread left, the caller's own has to do.
// Never throws: what goes wrong before there is a call is told on the caller's own thread, since
// there is nothing else to tell it on.
template <class Make, class T>
void tell(const std::shared_ptr<client_core> core, Make make, handler<T> done,
          const call_options& options) {
  failure why;
  try {
    command_of<T> what = make();
    auto gone = out_of_use(core, what.name);
    if (!gone) return core->tell(std::move(what), std::move(done), options);
    why = std::move(*gone);
  } catch (const std::length_error& error) {
    why = {errc::invalid_argument, error.what()};
  } catch (const std::exception& error) {
    why = {errc::no_resources, std::string("the call could not be made: ") + error.what()};
  }
  if (!done) return;  // the call has it, and has told it
  try {
    done(std::move(why));
  } catch (...) {
    // Without a client there is no log to report it to.
  }
}

std::shared_ptr<client_core> make_core(const client_options& options) {
  auto where = checked(options);
  if (!where) raise(where.error());
  return std::make_shared<client_core>(options, std::move(*where));
}

}  // namespace

client::client(client_options options) : core_(make_core(options)) {}
client::client(std::shared_ptr<client_core> core) noexcept : core_(std::move(core)) {}
client::~client() {
  if (!core_) return;
  if (core_->is_here()) {
    core_->stop();
  } else {
    core_->abandon();
    leak(core_);
  }
}
client::client(client&& other) noexcept = default;
client& client::operator=(client&& other) noexcept {
  if (this != &other) {
    const client ended(std::move(*this));
    core_ = std::move(other.core_);
  }
  return *this;
}

result<client> client::create(client_options options) {
  auto where = checked(options);
  if (!where) return std::move(where.error());
  try {
    return client(std::make_shared<client_core>(options, std::move(*where)));
  } catch (const std::invalid_argument& error) {
    return failure(errc::invalid_argument, error.what());
  } catch (const std::exception& error) {
    return failure(errc::no_resources, std::string("cannot start a client: ") + error.what());
  }
}

client_metrics client::metrics() const {
  return core_ && core_->is_here() ? core_->metrics() : client_metrics();
}

connection_state client::state() const noexcept {
  return core_ && core_->is_here() ? core_->state() : connection_state::closed;
}

void client::close() {
  const auto core = core_;  // the caller's own share: a handler may destroy the client meanwhile
  if (core) core->is_here() ? core->close() : core->abandon();
}

std::future<void> client::ready(call_options options) {
  return future_of(core_, commands::ready(), options);
}
void client::ready(handler<void> done, call_options options) {
  tell(
      core_, [&] { return commands::ready(); }, std::move(done), options);
}

std::future<std::vector<member>> client::members(member_filter filter, call_options options) {
  return future_of(core_, commands::members(filter), options);
}
void client::members(handler<std::vector<member>> done, call_options options) {
  members({}, std::move(done), options);
}
void client::members(member_filter filter, handler<std::vector<member>> done,
                     call_options options) {
  tell(
      core_, [&] { return commands::members(filter); }, std::move(done), options);
}

std::future<int> client::join(addresses whom, join_options how, call_options options) {
  return future_of(core_, commands::join(whom, how), options);
}
void client::join(addresses whom, handler<int> done, call_options options) {
  join(std::move(whom), {}, std::move(done), options);
}
void client::join(addresses whom, join_options how, handler<int> done, call_options options) {
  tell(
      core_, [&] { return commands::join(whom, how); }, std::move(done), options);
}

std::future<void> client::leave(call_options options) {
  return future_of(core_, commands::leave(), options);
}
void client::leave(handler<void> done, call_options options) {
  tell(
      core_, [&] { return commands::leave(); }, std::move(done), options);
}

std::future<void> client::force_leave(std::string node, force_leave_options how,
                                      call_options options) {
  return future_of(core_, commands::force_leave(node, how), options);
}
void client::force_leave(std::string node, handler<void> done, call_options options) {
  force_leave(std::move(node), {}, std::move(done), options);
}
void client::force_leave(std::string node, force_leave_options how, handler<void> done,
                         call_options options) {
  tell(
      core_, [&] { return commands::force_leave(node, how); }, std::move(done), options);
}

std::future<void> client::tags(tag_changes changes, call_options options) {
  return future_of(core_, commands::tags(changes), options);
}
void client::tags(tag_changes changes, handler<void> done, call_options options) {
  tell(
      core_, [&] { return commands::tags(changes); }, std::move(done), options);
}

std::future<void> client::event(user_event_request what, call_options options) {
  return future_of(core_, commands::event(what), options);
}
void client::event(user_event_request what, handler<void> done, call_options options) {
  tell(
      core_, [&] { return commands::event(what); }, std::move(done), options);
}
std::future<void> client::event(std::string name, std::string payload, call_options options) {
  return event(user_event_request(std::move(name), std::move(payload)), options);
}
void client::event(std::string name, std::string payload, handler<void> done,
                   call_options options) {
  event(user_event_request(std::move(name), std::move(payload)), std::move(done), options);
}

std::future<key_report> client::install_key(std::string key, call_options options) {
  return future_of(core_, commands::install_key(key), options);
}
void client::install_key(std::string key, handler<key_report> done, call_options options) {
  tell(
      core_, [&] { return commands::install_key(key); }, std::move(done), options);
}
std::future<key_report> client::use_key(std::string key, call_options options) {
  return future_of(core_, commands::use_key(key), options);
}
void client::use_key(std::string key, handler<key_report> done, call_options options) {
  tell(
      core_, [&] { return commands::use_key(key); }, std::move(done), options);
}
std::future<key_report> client::remove_key(std::string key, call_options options) {
  return future_of(core_, commands::remove_key(key), options);
}
void client::remove_key(std::string key, handler<key_report> done, call_options options) {
  tell(
      core_, [&] { return commands::remove_key(key); }, std::move(done), options);
}
std::future<key_report> client::list_keys(call_options options) {
  return future_of(core_, commands::list_keys(), options);
}
void client::list_keys(handler<key_report> done, call_options options) {
  tell(
      core_, [&] { return commands::list_keys(); }, std::move(done), options);
}

std::future<agent_stats> client::stats(call_options options) {
  return future_of(core_, commands::stats(), options);
}
void client::stats(handler<agent_stats> done, call_options options) {
  tell(
      core_, [&] { return commands::stats(); }, std::move(done), options);
}

std::future<std::optional<coordinate>> client::get_coordinate(std::string node,
                                                              call_options options) {
  return future_of(core_, commands::get_coordinate(node), options);
}
void client::get_coordinate(std::string node, handler<std::optional<coordinate>> done,
                            call_options options) {
  tell(
      core_, [&] { return commands::get_coordinate(node); }, std::move(done), options);
}

}  // namespace serf
