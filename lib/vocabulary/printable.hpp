#pragma once

#include <string>
#include <string_view>

#include <serf/printable.hpp>

namespace serf {

// printable() on one line and without escapes for layout: runs of blanks, tabs and newlines become
// one blank. For the agent's messages, some of which have several lines.
std::string printable_line(std::string_view text);

// "text", printable and cut to a length that fits a message.
std::string in_quotes(std::string_view text);

// The length of the UTF-8 character that text starts with; 0 when it starts with none.
std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace serf
