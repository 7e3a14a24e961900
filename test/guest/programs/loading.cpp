// Loads a plugin that has a client, and unloads it again: loading <address> <plugin> cycles|lookup.
#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <cstring>
#include <string>

#include "guest.hpp"

namespace {

using guest::expect;

std::atomic<bool> looking_up{false}, answer{false};

template <class Function>
Function* function_of(void* plugin, const char* name) {
  auto* const found = ::dlsym(plugin, name);
  expect(found != nullptr, "the plugin has a function " + std::string(name));
  return reinterpret_cast<Function*>(found);
}

void* load(const char* file) {
  void* const plugin = ::dlopen(file, RTLD_NOW | RTLD_LOCAL);
  expect(plugin != nullptr, "the plugin loads");
  return plugin;
}

void unload(void* plugin, const char* file) {
  expect(::dlclose(plugin) == 0, "the plugin unloads");
  expect(::dlopen(file, RTLD_NOW | RTLD_NOLOAD) == nullptr, "it is gone then");
}

// A thread that has been joined may still be on its way out of the kernel's list.
void expect_threads(std::size_t wanted, const char* what) {
  for (int i = 0; guest::threads() != wanted; ++i) {
    expect(i < 10'000, what);
    ::usleep(1000);
  }
}

void cycles(const char* address, const char* file) {
  const auto threads = guest::threads();
  std::vector<std::string> before;
  for (int i = 0; i < 100; ++i) {
    void* const plugin = load(file);
    expect(function_of<int(const char*)>(plugin, "use_a_client")(address) == 1,
           "the plugin's client works");
    unload(plugin, file);
    expect_threads(threads, "no thread of the plugin is left");
    if (i == 0) before = guest::descriptors();
  }
  expect(guest::descriptors() == before, "no descriptor of a plugin is left");
}

void lookup(const char* file) {
  const auto threads = guest::threads();
  void* const plugin = load(file);
  function_of<void(const char*)>(plugin, "look_up")("agent.example:7373");
  while (!looking_up) ::usleep(1000);
  unload(plugin, file);
  expect_threads(threads + 1, "the look-up alone goes on");
  answer = true;  // and returns into the library
  expect_threads(threads, "its thread ends");
}

}  // namespace

// Takes its time.
GUEST_IN_PLACE_OF_LIBC int getaddrinfo(const char* name, const char*, const addrinfo*,
                                       addrinfo** result) {
  expect(std::strcmp(name, "agent.example") == 0, "only that name is looked up");
  looking_up = true;
  while (!answer) ::usleep(1000);
  *result = nullptr;
  return EAI_NONAME;
}

int main(int count, char** arguments) {
  expect(count == 4, "three arguments");
  const std::string what = arguments[3];
  if (what == "cycles") cycles(arguments[1], arguments[2]);
  if (what == "lookup") lookup(arguments[2]);
  return 0;
}
