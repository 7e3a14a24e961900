#include "name_service.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <map>
#include <mutex>

namespace serf::transport::testing {

namespace {

struct state {
  std::mutex mutex;
  std::condition_variable changed;
  int lookups = 0;
  bool silent = false;
  int waiting = 0;
  std::map<std::string, std::vector<std::string>> names;
};

// Never destroyed: a lookup's thread may be the last to use it.
state& service() {
  static state* const instance = new state;
  return *instance;
}

using getaddrinfo_function = int(const char*, const char*, const addrinfo*, addrinfo**);

int real_getaddrinfo(const char* node, const char* service_name, const addrinfo* hints,
                     addrinfo** found) {
  static auto* const real =
      reinterpret_cast<getaddrinfo_function*>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service_name, hints, found);
}

int answer(const std::vector<std::string>& addresses, const addrinfo* hints, addrinfo** found) {
  addrinfo** end = found;
  for (const auto& address : addresses) {
    if (const int error = real_getaddrinfo(address.c_str(), nullptr, hints, end)) return error;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return 0;
}

int look_up(const char* node, const char* service_name, const addrinfo* hints, addrinfo** found) {
  const std::string name = node == nullptr ? "" : node;
  state& all = service();
  std::unique_lock lock(all.mutex);
  ++all.lookups;
  if (name == "silent.test") {
    ++all.waiting;
    all.changed.notify_all();
    all.changed.wait(lock, [&] { return !all.silent; });
    const int error = answer({"127.0.0.1"}, hints, found);
    --all.waiting;
    all.changed.notify_all();
    return error;
  }
  const auto defined = all.names.find(name);
  if (defined != all.names.end()) return answer(defined->second, hints, found);
  if (name == "nowhere.test") return EAI_NONAME;
  lock.unlock();
  return real_getaddrinfo(node, service_name, hints, found);
}

}  // namespace

int lookups() {
  const std::lock_guard lock(service().mutex);
  return service().lookups;
}

void define_name(const std::string& name, const std::vector<std::string>& addresses) {
  const std::lock_guard lock(service().mutex);
  service().names[name] = addresses;
}

silence::silence() {
  const std::lock_guard lock(service().mutex);
  service().silent = true;
}

silence::~silence() { end(); }

int silence::waiting() const {
  const std::lock_guard lock(service().mutex);
  return service().waiting;
}

void silence::end() {
  std::unique_lock lock(service().mutex);
  service().silent = false;
  service().changed.notify_all();
  service().changed.wait(lock, [] { return service().waiting == 0; });
}

}  // namespace serf::transport::testing

extern "C" int getaddrinfo(const char* node, const char* service_name, const addrinfo* hints,
                           addrinfo** found) {
  return serf::transport::testing::look_up(node, service_name, hints, found);
}
