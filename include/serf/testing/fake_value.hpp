// A msgpack value as fake agents read and write it, easy to build and to look into from a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace serf::testing {

class fake_value;

struct fake_bytes {
  std::string data;
};
struct fake_extension {
  int type = 0;
  std::string data;
};
using fake_list = std::vector<fake_value>;
using fake_map = std::vector<std::pair<fake_value, fake_value>>;  // in wire order

bool operator==(const fake_bytes& a, const fake_bytes& b);
bool operator==(const fake_extension& a, const fake_extension& b);

// What a test sees keeps the wire's distinctions: text is not bytes, nil is not empty. Integers are
// equal by value, whatever their width.
class fake_value {
 public:
  // Out of line: inlined, GCC's sanitizers warn of uninitialised vectors in the variant.
  fake_value();  // nil
  fake_value(const fake_value& other);
  fake_value(fake_value&& other) noexcept;
  fake_value& operator=(const fake_value& other);
  fake_value& operator=(fake_value&& other) noexcept;
  ~fake_value();

  fake_value(std::nullptr_t) {}
  fake_value(bool v) : data_(v) {}
  template <class Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  fake_value(Integer v) : data_(number_of(v)) {}
  fake_value(double v) : data_(v) {}
  fake_value(const char* v) : data_(std::string(v)) {}
  fake_value(std::string v) : data_(std::move(v)) {}
  fake_value(fake_bytes v) : data_(std::move(v)) {}
  fake_value(fake_extension v) : data_(std::move(v)) {}
  fake_value(fake_list v) : data_(std::move(v)) {}
  fake_value(fake_map v) : data_(std::move(v)) {}

  // Bytes as the common agents send them: none at all are nil.
  static fake_value payload(std::string bytes);

  bool is_nil() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_text() const { return std::holds_alternative<std::string>(data_); }
  bool is_bytes() const { return std::holds_alternative<fake_bytes>(data_); }
  bool is_list() const { return std::holds_alternative<fake_list>(data_); }
  bool is_map() const { return std::holds_alternative<fake_map>(data_); }

  // Empty, 0 or false where the value is of another kind.
  std::string text() const;
  std::string bytes() const;
  std::uint64_t number() const;
  std::int64_t integer() const;
  double real() const;
  bool flag() const;
  const fake_list& list() const;
  const fake_map& map() const;

  bool has(std::string_view key) const;
  const fake_value& operator[](std::string_view key) const;  // nil when there is none
  const fake_value& at(std::size_t index) const;             // of a list; nil past its end
  std::size_t size() const;  // of a list, a map, text or bytes; else 0

  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&data_);
  }

  friend bool operator==(const fake_value& a, const fake_value& b) { return a.data_ == b.data_; }
  friend bool operator!=(const fake_value& a, const fake_value& b) { return !(a == b); }

 private:
  // Non-negative integers are always uint64, so that equal numbers are equal values.
  using storage = std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double,
                               std::string, fake_bytes, fake_extension, fake_list, fake_map>;

  template <class Integer>
  static storage number_of(Integer v) {
    if constexpr (std::is_signed_v<Integer>) {
      if (v < 0) return storage(std::in_place_type<std::int64_t>, v);
    }
    return storage(std::in_place_type<std::uint64_t>, static_cast<std::uint64_t>(v));
  }

  storage data_;
};

std::ostream& operator<<(std::ostream& out, const fake_value& value);

}  // namespace serf::testing
