#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace serf::protocol {

// Bytes of a conversation that belong together.
struct text_run {
  enum class kind {
    structure,  // all that is no text: heads, numbers, nil
    text,       // of a text or a payload
    key,        // of the auth key or a key of the keyring, told by the field it stands in
  };
  kind what = kind::structure;
  std::size_t size = 0;  // 1 at least
  bool is_last = false;  // of this text or key, which ends here
};

// Tells the texts in one direction of a conversation from what stands around them, and those that
// are keys from the others, without knowing what was asked: the values of AuthKey and Key, and the
// entries of Keys, directly in a message. Goes on over any border between pieces, and keeps nothing
// that grows with a text. Bytes that are no msgpack are one text without an end from there on.
class text_runs {
 public:
  // The run that `bytes` start with. They are not empty, and follow those that were told last.
  text_run next(std::string_view bytes);

 private:
  enum class field { other, key, keys };
  struct container {
    std::uint64_t left = 0;  // values to come, two for each entry of a map
    bool is_map = false;
    bool holds_keys = false;
    bool at_name() const noexcept { return is_map && left % 2 == 0; }
  };

  text_run next_of_text(std::string_view bytes);
  void read_head(unsigned char byte);
  void complete_head();
  void open(std::uint64_t values, bool is_map);
  void end_value();
  bool in_message() const noexcept { return open_.size() == 1 && open_.front().is_map; }
  bool is_key() const noexcept;

  std::vector<container> open_;
  field field_ = field::other;  // which the name read last, directly in the message, stands for
  std::string name_;            // as far as it matters

  // Of the value whose head is being read: what it is, and the bytes of its head that are to come.
  enum class form { none, number, text, array, map } form_ = form::none;
  std::uint64_t length_ = 0;
  unsigned length_left_ = 0;
  unsigned skipped_left_ = 0;  // behind the length: a number, or the type of an extension

  std::uint64_t text_left_ = 0;
  bool broken_ = false;
};

}  // namespace serf::protocol
