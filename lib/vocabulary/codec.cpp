#include <serf/codec.hpp>

#include <cstddef>
#include <exception>

#include "vocabulary/printable.hpp"

namespace serf {
namespace {

std::string hex(char byte) {
  constexpr char digits[] = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  return {'0', 'x', digits[value >> 4U], digits[value & 0xfU]};
}

result<std::string> checked(std::string_view text, errc otherwise) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) {
      return failure(otherwise, "byte " + std::to_string(at) + ", " + hex(text[at]) +
                                    ", starts no character of UTF-8");
    }
    at += length;
  }
  return std::string(text);
}

}  // namespace

result<std::string> utf8_codec::encode(const std::string& value) const {
  return checked(value, errc::invalid_argument);
}

result<std::string> utf8_codec::decode(std::string_view payload) const {
  return checked(payload, errc::payload_malformed);
}

namespace coding {

failure cannot_encode(std::string_view why) {
  return {errc::invalid_argument, "the value cannot be encoded: " + printable_line(why)};
}

failure cannot_decode(std::string_view why) {
  return {errc::payload_malformed, "the payload cannot be decoded: " + printable_line(why)};
}

std::string current_exception_text() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace coding
}  // namespace serf
