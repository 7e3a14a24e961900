#pragma once

#include <functional>
#include <string>
#include <utility>

#include <serf/log.hpp>

namespace serf {

// Where the layers put what they have to say: nowhere, or to the client's sink on its delivery
// thread. Any thread; ask enabled() before a text is put together.
class log {
 public:
  using delivery = std::function<void(log_record)>;

  log() = default;
  log(log_level threshold, delivery deliver)
      : threshold_(threshold), deliver_(std::move(deliver)) {}

  bool enabled(log_level level) const noexcept { return deliver_ && level >= threshold_; }
  // `text` may hold what came from outside: it is made printable here.
  void write(log_level level, const std::string& text) const;

 private:
  log_level threshold_ = log_level::err;
  delivery deliver_;
};

}  // namespace serf
