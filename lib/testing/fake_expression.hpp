// Regular expressions in filters. Agents take RE2; this is ECMAScript without what RE2 lacks, so
// that what is valid for both means the same.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

namespace serf::testing {

class fake_expression {
 public:
  struct invalid : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  explicit fake_expression(const std::string& text);  // throws `invalid`
  ~fake_expression();
  fake_expression(fake_expression&&) noexcept;
  fake_expression& operator=(fake_expression&&) noexcept;

  bool matches(const std::string& text) const;  // anywhere in it

 private:
  struct compiled;
  std::unique_ptr<compiled> compiled_;
};

}  // namespace serf::testing
