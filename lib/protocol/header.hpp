#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace serf::protocol {

// What stands before each answer and each record. `error` is the agent's text, "" for success.
struct header {
  std::string_view error;
  std::uint64_t seq = 0;
};

// The form that nearly all headers have, {"Error": "", "Seq": n} as agents write it: one
// comparison. The length of the header that `bytes` start with; 0 where it is of another form, or
// not all there.
std::size_t read_usual_header(std::string_view bytes, header& into) noexcept;

// Any other form. `value` is one whole msgpack map. What is wrong with it, if anything is.
std::optional<std::string> read_header(std::string_view value, header& into);

}  // namespace serf::protocol
