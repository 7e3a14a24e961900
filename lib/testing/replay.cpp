#include <serf/testing/replay.hpp>

#include "testing/replay_server.hpp"

namespace serf::testing {

replayed_session::replayed_session(const std::string& file, const replay_options& options)
    : server_(std::make_unique<replay_server>(read_recorded_session(file, options.cut_short()),
                                              options)) {}
replayed_session::~replayed_session() = default;
replayed_session::replayed_session(replayed_session&&) noexcept = default;
replayed_session& replayed_session::operator=(replayed_session&&) noexcept = default;

std::string replayed_session::address() const { return server_->address(); }
const std::string& replayed_session::host() const { return server_->host(); }
int replayed_session::port() const { return server_->port(); }
bool replayed_session::wait_done(std::chrono::milliseconds timeout) const {
  return server_->wait_done(timeout);
}
std::optional<std::string> replayed_session::mismatch() const { return server_->mismatch(); }
std::string replayed_session::outstanding() const { return server_->outstanding(); }

replayed_session replay_agent_session(const std::string& file, const replay_options& options) {
  return {file, options};
}

}  // namespace serf::testing
