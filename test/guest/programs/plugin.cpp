// A plugin that has a client: loaded and unloaded by `loading`.
#include <memory>

#include <serf/client.hpp>

namespace {

// A static object of the plugin: unloading destroys it.
std::unique_ptr<serf::client>& kept() {
  static std::unique_ptr<serf::client> client;
  return client;
}

}  // namespace

// Members of the agent's cluster; -1: it failed. Leaves a client behind that is open.
extern "C" __attribute__((visibility("default"))) int use_a_client(const char* address) {
  try {
    kept() = std::make_unique<serf::client>(serf::client_options(address));
    auto stream = kept()->stream("user").get();
    kept()->event("deploy", "v1").get();
    if (!stream.next_for(std::chrono::seconds(10))) return -1;
    return static_cast<int>(kept()->members().get().size());
  } catch (const std::exception&) {
    return -1;
  }
}

// Returns while the name is being looked up.
extern "C" __attribute__((visibility("default"))) void look_up(const char* name) {
  kept() = std::make_unique<serf::client>(serf::client_options(name));
}
