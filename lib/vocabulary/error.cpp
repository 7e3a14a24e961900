#include <exception>
#include <stdexcept>

#include <serf/error.hpp>
#include <serf/key_report.hpp>

namespace serf {
namespace {

const char* describe(errc code) noexcept {
  switch (code) {
    case errc::agent_refused:
      return "the agent refused";
    case errc::unsupported_command:
      return "the agent does not know the command";
    case errc::invalid_event_filter:
      return "the agent knows no such event type";
    case errc::invalid_log_level:
      return "the agent knows no such log level";
    case errc::duplicate_stream:
      return "the request number has a stream already";
    case errc::duplicate_monitor:
      return "the connection has a monitor already";
    case errc::expression_refused:
      return "the agent cannot compile the regular expression";
    case errc::join_failed:
      return "no address could be joined";
    case errc::keyring_failed:
      return "not all nodes carried out the key command";
    case errc::key_malformed:
      return "the key is not base64";
    case errc::event_too_large:
      return "the user event is too large";
    case errc::query_too_large:
      return "the query is too large";
    case errc::query_name_reserved:
      return "the query name is reserved";
    case errc::query_not_pending:
      return "the query is not pending";
    case errc::query_past_deadline:
      return "the answer is past the query's deadline";
    case errc::response_too_large:
      return "the response is too large";
    case errc::already_responded:
      return "the query has been answered already";
    case errc::tags_too_large:
      return "the tags are too large";
    case errc::leave_in_progress:
      return "the agent is leaving already";
    case errc::auth_required:
      return "the agent wants a key";
    case errc::auth_rejected:
      return "the agent rejected the key";
    case errc::timed_out:
      return "not answered in time";
    case errc::unreachable:
      return "the agent cannot be reached";
    case errc::connection_lost:
      return "the connection was lost";
    case errc::agent_left:
      return "the agent has left";
    case errc::client_closed:
      return "the client is closed";
    case errc::forked:
      return "the client belongs to the parent process";
    case errc::protocol_violation:
      return "the peer broke the protocol";
    case errc::version_unsupported:
      return "the agent does not speak this version of the protocol";
    case errc::limit_exceeded:
      return "the reply exceeds a limit";
    case errc::invalid_argument:
      return "invalid argument";
    case errc::overloaded:
      return "too much is pending";
    case errc::would_deadlock:
      return "waiting here would never end";
    case errc::query_expired:
      return "the query's connection is gone";
    case errc::no_resources:
      return "the system gives no more resources";
    case errc::payload_malformed:
      return "the payload cannot be decoded";
  }
  return "unknown error";
}

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "serf"; }
  std::string message(int code) const override { return describe(static_cast<errc>(code)); }
};

}  // namespace

const std::error_category& error_category() noexcept {
  // Never destroyed: an error may outlive the static objects of this library.
  static const auto* const instance = new category;
  return *instance;
}

std::string to_string(errc code) { return describe(code); }
std::string to_string(sent value) { return value == sent::no ? "not sent" : "maybe sent"; }
std::string to_string(const failure& value) { return value.message; }

error::error(serf::failure why)
    : std::system_error(make_error_code(why.code)),
      failure_(std::make_shared<const serf::failure>(std::move(why))) {}

const char* error::what() const noexcept { return failure_->message.c_str(); }

const key_report& keyring_error::report() const noexcept {
  static const auto* const none = new key_report;
  return failure().keyring() != nullptr ? *failure().keyring() : *none;
}

// Here, so that each class has one vtable and one typeinfo, and catch works across libraries.
error::~error() = default;
agent_error::~agent_error() = default;
keyring_error::~keyring_error() = default;
auth_error::~auth_error() = default;
timeout_error::~timeout_error() = default;
connection_error::~connection_error() = default;
protocol_error::~protocol_error() = default;

std::exception_ptr to_exception(const failure& why) {
  switch (why.code) {
    case errc::invalid_argument:
      return std::make_exception_ptr(std::invalid_argument(why.message));
    case errc::keyring_failed:
    case errc::key_malformed:
      return std::make_exception_ptr(keyring_error(why));
    case errc::auth_required:
    case errc::auth_rejected:
      return std::make_exception_ptr(auth_error(why));
    case errc::timed_out:
      return std::make_exception_ptr(timeout_error(why));
    case errc::unreachable:
    case errc::connection_lost:
    case errc::agent_left:
    case errc::client_closed:
    case errc::forked:
      return std::make_exception_ptr(connection_error(why));
    case errc::protocol_violation:
    case errc::version_unsupported:
    case errc::limit_exceeded:
      return std::make_exception_ptr(protocol_error(why));
    case errc::overloaded:
    case errc::would_deadlock:
    case errc::query_expired:
    case errc::no_resources:
    case errc::payload_malformed:
      return std::make_exception_ptr(error(why));
    default:
      return std::make_exception_ptr(agent_error(why));
  }
}

void raise(const failure& why) { std::rethrow_exception(to_exception(why)); }

}  // namespace serf
