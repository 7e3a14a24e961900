// The fake agent's own msgpack: it must not share a mistake with the library under test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <serf/testing/fake_value.hpp>

namespace serf::testing {

// As agents write: the smallest form of each integer, all four widths of text, float64.
std::string encode(const fake_value& value);

// {"Error": error, "Seq": seq}, and the body behind it.
std::string encode_header(std::uint64_t seq, const std::string& error = "");
std::string encode_message(std::uint64_t seq, const std::string& error, const fake_value& body);

enum class fake_decoding { complete, incomplete, malformed };

struct fake_decoded {
  fake_decoding state = fake_decoding::incomplete;
  fake_value value;
  std::size_t size = 0;  // bytes it took, when complete
};

// The first value in `bytes`. What is announced but not there yet is incomplete, however absurd its
// length: agents wait for it too.
fake_decoded decode(std::string_view bytes);

}  // namespace serf::testing
