#include "protocol/text_runs.hpp"

#include <algorithm>

namespace serf::protocol {
namespace {

constexpr std::size_t deepest = 128;
constexpr std::size_t longest_name = 16;  // longer than those of any field with keys

}  // namespace

text_run text_runs::next(std::string_view bytes) {
  if (broken_) return {text_run::kind::text, bytes.size(), false};
  if (text_left_ > 0) return next_of_text(bytes);
  std::size_t size = 0;
  while (size < bytes.size() && text_left_ == 0) {
    read_head(static_cast<unsigned char>(bytes[size]));
    if (broken_) break;
    ++size;
  }
  if (size == 0) return next(bytes);
  return {text_run::kind::structure, size, false};
}

text_run text_runs::next_of_text(std::string_view bytes) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(text_left_, bytes.size()));
  text_run run{is_key() ? text_run::kind::key : text_run::kind::text, size, false};
  const bool is_name = in_message() && open_.front().at_name();
  if (is_name && name_.size() < longest_name) name_.append(bytes.substr(0, size));
  text_left_ -= size;
  run.is_last = text_left_ == 0;
  if (run.is_last) {
    if (is_name) {
      field_ = name_ == "AuthKey" || name_ == "Key"        ? field::key
               : name_ == "Keys" || name_ == "PrimaryKeys" ? field::keys
                                                           : field::other;
      name_.clear();
    }
    end_value();
  }
  return run;
}

bool text_runs::is_key() const noexcept {
  if (open_.empty()) return false;
  const container& within = open_.back();
  if (within.holds_keys) return within.at_name() || !within.is_map;
  return in_message() && !within.at_name() && field_ != field::other;
}

void text_runs::read_head(unsigned char byte) {
  if (length_left_ > 0) {
    length_ = length_ << 8U | byte;
    if (--length_left_ == 0 && skipped_left_ == 0) complete_head();
    return;
  }
  if (skipped_left_ > 0) {
    if (--skipped_left_ == 0) complete_head();
    return;
  }
  const auto begin = [this](form what, unsigned width, unsigned skipped = 0) {
    form_ = what;
    length_ = 0;
    length_left_ = width;
    skipped_left_ = skipped;
  };
  if (byte <= 0x7f || byte >= 0xe0) {
    begin(form::number, 0);
  } else if (byte <= 0x9f) {
    begin(byte <= 0x8f ? form::map : form::array, 0);
    length_ = byte & 0x0fU;
  } else if (byte <= 0xbf) {
    begin(form::text, 0);
    length_ = byte & 0x1fU;
  } else if (byte == 0xc0 || byte == 0xc2 || byte == 0xc3) {  // nil, booleans
    begin(form::number, 0);
  } else if (byte == 0xc1) {
    broken_ = true;
    return;
  } else if (byte <= 0xc6) {  // bin
    begin(form::text, 1U << (byte - 0xc4U));
  } else if (byte <= 0xc9) {  // ext
    begin(form::text, 1U << (byte - 0xc7U), 1);
  } else if (byte <= 0xcb) {  // float
    begin(form::number, 0, 4U << (byte - 0xcaU));
  } else if (byte <= 0xd3) {  // uint, int
    begin(form::number, 0, 1U << (byte & 3U));
  } else if (byte <= 0xd8) {  // fixext
    begin(form::text, 0, 1);
    length_ = 1ULL << (byte - 0xd4U);
  } else if (byte <= 0xdb) {  // str
    begin(form::text, 1U << (byte - 0xd9U));
  } else if (byte <= 0xdd) {
    begin(form::array, 2U << (byte - 0xdcU));
  } else {
    begin(form::map, 2U << (byte - 0xdeU));
  }
  if (length_left_ == 0 && skipped_left_ == 0) complete_head();
}

void text_runs::complete_head() {
  switch (form_) {
    case form::array:
      return open(length_, false);
    case form::map:
      return open(2 * length_, true);
    case form::text:
      if (length_ > 0) {
        text_left_ = length_;
        return;
      }
      if (in_message() && open_.front().at_name()) field_ = field::other;
      return end_value();
    case form::none:
    case form::number:
      return end_value();
  }
}

void text_runs::open(std::uint64_t values, bool is_map) {
  if (values == 0) return end_value();
  if (open_.size() >= deepest) {
    broken_ = true;
    return;
  }
  const bool holds_keys = in_message() && !open_.front().at_name() && field_ == field::keys;
  open_.push_back({values, is_map, holds_keys});
}

// With it may end those that it is the last of.
void text_runs::end_value() {
  while (!open_.empty() && --open_.back().left == 0) open_.pop_back();
  if (open_.empty()) field_ = field::other;
}

}  // namespace serf::protocol
