#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <serf/member.hpp>
#include <serf/tag_map.hpp>

// What the parts of a body look like, as tables: which key of which map belongs into which member
// of which struct. The tables erase the structs' types, so that msgpack is parsed in one place.
namespace serf::protocol {

struct field;

struct shape {
  enum class kind : std::uint8_t {
    anything,  // skipped
    view,      // text that stays where it is, in the body
    text,      // or bytes: the two are one here
    address,   // text or bytes that are an IP address
    status,    // a member's
    flag,
    port,
    integer,
    unsigned_integer,
    real,
    list,
    record,      // a map with known keys
    dictionary,  // a map with any keys
    tags,        // a dictionary of text, put in order at its end
  };

  enum kind kind = kind::anything;
  void (*clear)(void* target) = nullptr;  // to what nil stands for, and containers begin with

  const field* fields = nullptr;  // of a record
  std::uint32_t field_count = 0;
  std::uint32_t required = 0;  // fields, one bit each

  const shape* element = nullptr;  // of a container, and where the next one goes
  void (*reserve)(void* target, std::size_t elements) = nullptr;
  void* (*append)(void* target) = nullptr;                        // to a list
  void* (*insert)(void* target, std::string_view key) = nullptr;  // into a dictionary
};

struct field {
  std::string_view key;
  const shape* is;
  void* (*in)(void* record);
  bool required;  // agents never leave it out: where it is missing, this is no such body
};

template <class T>
constexpr shape shape_of_kind(enum shape::kind kind) {
  shape is;
  is.kind = kind;
  is.clear = [](void* target) { *static_cast<T*>(target) = T{}; };
  return is;
}

inline constexpr shape anything{};
inline constexpr shape address_shape = shape_of_kind<std::string>(shape::kind::address);

template <class T>
extern const shape shape_of;
template <>
inline constexpr shape shape_of<std::string_view> =
    shape_of_kind<std::string_view>(shape::kind::view);
template <>
inline constexpr shape shape_of<std::string> = shape_of_kind<std::string>(shape::kind::text);
template <>
inline constexpr shape shape_of<member_status> = shape_of_kind<member_status>(shape::kind::status);
template <>
inline constexpr shape shape_of<bool> = shape_of_kind<bool>(shape::kind::flag);
template <>
inline constexpr shape shape_of<std::uint16_t> = shape_of_kind<std::uint16_t>(shape::kind::port);
template <>
inline constexpr shape shape_of<int> = shape_of_kind<int>(shape::kind::integer);
template <>
inline constexpr shape shape_of<std::uint64_t> =
    shape_of_kind<std::uint64_t>(shape::kind::unsigned_integer);
template <>
inline constexpr shape shape_of<double> = shape_of_kind<double>(shape::kind::real);

constexpr shape tags_of_text() {
  shape is = shape_of_kind<tag_map>(shape::kind::tags);
  is.element = &shape_of<std::string>;
  return is;
}
template <>
inline constexpr shape shape_of<tag_map> = tags_of_text();

template <class T>
constexpr shape list_of() {
  shape is = shape_of_kind<std::vector<T>>(shape::kind::list);
  is.element = &shape_of<T>;
  is.reserve = [](void* target, std::size_t elements) {
    static_cast<std::vector<T>*>(target)->reserve(elements);
  };
  is.append = [](void* target) -> void* {
    return &static_cast<std::vector<T>*>(target)->emplace_back();
  };
  return is;
}
template <class T>
inline constexpr shape shape_of<std::vector<T>> = list_of<T>();

template <class T>
constexpr shape dictionary_of() {
  using dictionary = std::map<std::string, T>;
  shape is = shape_of_kind<dictionary>(shape::kind::dictionary);
  is.element = &shape_of<T>;
  is.insert = [](void* target, std::string_view key) -> void* {
    return &(*static_cast<dictionary*>(target))[std::string(key)];
  };
  return is;
}
template <class T>
inline constexpr shape shape_of<std::map<std::string, T>> = dictionary_of<T>();

template <class Record, std::size_t N>
constexpr shape record_of(const field (&fields)[N]) {
  static_assert(N <= 32, "one bit each");
  shape is = shape_of_kind<Record>(shape::kind::record);
  is.fields = fields;
  is.field_count = N;
  for (std::uint32_t i = 0; i < N; ++i) is.required |= fields[i].required ? 1U << i : 0U;
  return is;
}

enum class presence { optional, required };

template <class Record, class T>
constexpr const shape& natural_shape(T Record::* /*member*/) {
  return shape_of<T>;
}
template <class Record, class T>
void* place_in(void* record, T Record::*member) {
  return &(static_cast<Record*>(record)->*member);
}

// "Key" is this member of a struct, of the shape that its type has, or of another.
template <auto Member>
constexpr field at(std::string_view key, presence is = presence::optional,
                   const shape& of = natural_shape(Member)) {
  return {key, &of, [](void* record) { return place_in(record, Member); },
          is == presence::required};
}

// "Key" is all that is wanted of a map.
template <class T>
constexpr field alone(std::string_view key) {
  return {key, &shape_of<T>, [](void* record) { return record; }, true};
}

}  // namespace serf::protocol
