#include "support/real_agent.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/loopback.hpp"

namespace serf::testing {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr auto start_timeout = 20s;
constexpr int start_attempts = 10;

std::string json(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      quoted += escape;
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + '"';
}

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

}  // namespace

std::string serf_binary() {
  const char* const wanted = std::getenv("SERF_AGENT");
  const std::string name = wanted != nullptr && *wanted != '\0' ? wanted : "serf";
  const auto runnable = [](const std::string& path) {
    return ::access(path.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(path);
  };
  if (name.find('/') != std::string::npos) {
    if (runnable(name)) return name;
  } else if (const char* const path = std::getenv("PATH")) {
    const std::string folders = path;
    for (std::size_t from = 0; from <= folders.size();) {
      const auto to = std::min(folders.find(':', from), folders.size());
      const std::string candidate = folders.substr(from, to - from) + "/" + name;
      if (runnable(candidate)) return candidate;
      from = to + 1;
    }
  }
  throw std::runtime_error("there is no Serf agent to test with: no program `" + name +
                           "`. Install the package `serf` (third_party/install.sh run), or set "
                           "SERF_AGENT to an agent's binary");
}

cli_result run_serf(const std::vector<std::string>& arguments, const std::string& rpc_address,
                    const std::string& auth_key, std::chrono::milliseconds timeout) {
  return run_program(serf_binary(), arguments,
                     {{"SERF_RPC_ADDR", rpc_address}, {"SERF_RPC_AUTH", auth_key}}, timeout);
}

class real_agent::files {
 public:
  files() {
    auto pattern = (std::filesystem::temp_directory_path() /
                    ("serf-test-" + std::to_string(::getpid()) + "-XXXXXX"))
                       .string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "mkdtemp " + pattern);
    }
    directory = pattern;
    log = ::open((directory + "/agent.log").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  ~files() {
    if (log >= 0) ::close(log);
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  files(const files&) = delete;
  files& operator=(const files&) = delete;

  std::string write(const std::string& file, const std::string& text) const {
    const std::string path = directory + "/" + file;
    std::ofstream(path) << text;
    return path;
  }

  std::string directory;
  int log = -1;
};

real_agent::real_agent(real_agent_options options)
    : options_(std::move(options)),
      files_(std::make_unique<files>()),
      address_(loopback_address()) {
  static std::atomic<int> number{0};
  if (options_.name_.empty()) {
    options_.name_ = "agent-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
  }
  std::string config = "{\"rpc_auth\": " + json(options_.auth_key_);
  if (!options_.encrypt_key_.empty()) config += ", \"encrypt_key\": " + json(options_.encrypt_key_);
  if (!options_.keyring_.empty()) {
    std::string keys;
    for (const auto& key : options_.keyring_) keys += (keys.empty() ? "" : ", ") + json(key);
    config += ", \"keyring_file\": " + json(files_->write("keyring.json", "[" + keys + "]"));
  }
  std::string tags;
  for (const auto& [key, value] : options_.tags_) {
    tags += (tags.empty() ? "" : ", ") + json(key) + ": " + json(value);
  }
  files_->write("1.json", config + ", \"tags\": {" + tags + "}}");
  if (!options_.extra_config_.empty()) files_->write("2.json", options_.extra_config_);

  for (int attempt = 1;; ++attempt) {
    choose_ports();
    if (start()) return;
    if (attempt == start_attempts) throw std::runtime_error("no free ports, " + log_tail());
  }
}

real_agent::~real_agent() = default;  // the process first, its directory last
real_agent::real_agent(real_agent&&) noexcept = default;

void real_agent::choose_ports() {
  gossip_port_ = free_port(address_);
  rpc_port_ = free_port(address_, gossip_port_);
}

bool real_agent::start() {
  std::vector<std::string> arguments{"agent",
                                     "-node=" + name(),
                                     "-bind=" + gossip_address(),
                                     "-rpc-addr=" + rpc_address(),
                                     "-profile=local",
                                     "-log-level=" + options_.log_level_,
                                     "-config-file=" + directory() + "/1.json"};
  if (!options_.extra_config_.empty()) {
    arguments.push_back("-config-file=" + directory() + "/2.json");
  }
  const auto said_before = log().size();
  process_ = std::make_unique<child_process>(
      launch{serf_binary(), std::move(arguments), {}, files_->log, files_->log});
  bool ready = false;
  wait_until(
      [&] {
        // The order matters: who answers may be another process that had the port before.
        ready = answers_handshake(address_, rpc_port_, 1s) && process_->alive();
        return ready || !process_->alive();
      },
      start_timeout, 5ms);
  if (!ready) {
    const bool ended = !process_->alive();
    process_.reset();
    if (ended && log().find("address already in use", said_before) != std::string::npos)
      return false;
    throw std::runtime_error("the agent " + name() +
                             (ended ? " ended at once, " : " does not answer, ") + log_tail());
  }
  if (!options_.join_.empty()) join(options_.join_);
  return true;
}

void real_agent::restart() {
  process_.reset();
  if (!start()) throw std::runtime_error("a port of " + name() + " is taken, " + log_tail());
}

const std::string& real_agent::name() const { return options_.name_; }
const std::string& real_agent::auth_key() const { return options_.auth_key_; }
const std::string& real_agent::directory() const { return files_->directory; }

std::string real_agent::rpc_address() const { return address_ + ":" + std::to_string(rpc_port_); }

std::string real_agent::gossip_address() const {
  return address_ + ":" + std::to_string(gossip_port_);
}

pid_t real_agent::pid() const { return process_->pid(); }
bool real_agent::alive() const { return process_->alive(); }
void real_agent::freeze() { process_->freeze(); }
void real_agent::thaw() { process_->thaw(); }
void real_agent::kill() { process_->kill(); }
void real_agent::terminate() { process_->signal(SIGTERM); }
void real_agent::interrupt() { process_->signal(SIGINT); }

std::optional<int> real_agent::wait_for_exit(std::chrono::milliseconds timeout) {
  return process_->wait_for_exit(timeout);
}

std::string real_agent::log() const {
  std::ifstream file(directory() + "/agent.log", std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string real_agent::log_tail() const {
  const auto all = log();
  return "its log ends:\n" + all.substr(all.size() - std::min<std::size_t>(all.size(), 2000));
}

bool real_agent::wait_for_log(const std::string& text, std::chrono::milliseconds timeout) const {
  return wait_until([&] { return log().find(text) != std::string::npos; }, timeout, 5ms);
}

cli_result real_agent::run_serf(const std::vector<std::string>& arguments) const {
  return testing::run_serf(arguments, rpc_address(), auth_key());
}

void real_agent::join(const std::string& gossip_address) {
  const auto result = run_serf({"join", gossip_address});
  if (result.exit_code != 0) {
    throw std::runtime_error(name() + " cannot join " + gossip_address + ": " + result.output);
  }
}

int real_agent::count_alive() const {
  const auto result = run_serf({"members", "-status=alive", "-format=json"});
  return result.exit_code == 0 ? occurrences(result.output, "\"protocol\": {") : -1;
}

bool real_agent::wait_until_alive(int members, std::chrono::milliseconds timeout) const {
  return wait_until([&] { return count_alive() == members; }, timeout, 10ms);
}

}  // namespace serf::testing
