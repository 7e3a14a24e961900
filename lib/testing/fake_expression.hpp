// Regular expressions in filters, as agents read them: the syntax of Go's package regexp, which is
// RE2's, and like there in time proportional to the text. What is left out, docs/testing.md says.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

namespace serf::testing {

struct fake_expression_program;

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
  std::unique_ptr<fake_expression_program> program_;
};

}  // namespace serf::testing
