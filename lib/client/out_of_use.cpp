#include "client/out_of_use.hpp"

#include <string>

#include "client/client_core.hpp"
#include "vocabulary/home_process.hpp"

namespace serf {

std::optional<failure> out_of_use(const std::shared_ptr<client_core>& core, const char* command) {
  if (core) return core->is_here() ? std::nullopt : std::optional(forked(command));
  failure why(errc::client_closed, command + std::string(": this client was moved from"));
  why.command = command;
  return why;
}

}  // namespace serf
