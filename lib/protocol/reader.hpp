#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <serf/error.hpp>

#include "protocol/header.hpp"
#include "protocol/limits.hpp"
#include "protocol/receive_buffer.hpp"
#include "protocol/value_scanner.hpp"

namespace serf::protocol {

// Cuts what an agent sends into headers and bodies. Its caller knows which comes next: after a
// header, body_follows() says.
//
//   const auto space = reader.prepare();
//   reader.commit(read(fd, space.data, space.size));
//   while (reader.next_header(header) == reader::status::ready) ...
class reader {
 public:
  using space = receive_buffer::space;
  enum class status { ready, need_more, violation };

  explicit reader(const limits& bounds = {});

  // Where the next bytes of the socket go. What next_header() and next_body() gave is gone
  // afterwards.
  space prepare();
  void commit(std::size_t size) noexcept { buffer_.commit(size); }

  // After need_more, the same call again once more bytes have come. After a violation, for good, a
  // violation: where the next message would begin is unknown.
  status next_header(header& into);
  // One whole msgpack value, well-formed and within the limits.
  status next_body(std::string_view& into);

  // After a violation: protocol_violation or limit_exceeded, and what the peer did: printable, and
  // to be read behind its name, as in "<peer> sent a header without Seq".
  errc flaw_code() const noexcept { return flaw_code_; }
  const std::string& flaw() const noexcept { return flaw_; }

  // Bytes that have come and belong to no header or body given so far.
  std::size_t pending() const noexcept { return buffer_.pending().size(); }
  std::size_t capacity() const noexcept { return buffer_.capacity(); }

 private:
  status next_value(const char* what, const limits& bounds, std::string_view& into);
  status violation(errc code, std::string text);

  receive_buffer buffer_;
  value_scanner scanner_;  // of the value that is not all there yet
  limits body_limits_, header_limits_;
  std::string flaw_;
  errc flaw_code_ = errc::protocol_violation;
};

}  // namespace serf::protocol
