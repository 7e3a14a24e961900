#include <serf/testing/fake_value.hpp>

#include <ostream>

namespace serf::testing {
namespace {

const fake_value& no_value() {
  static const fake_value nil;
  return nil;
}

void print_escaped(std::ostream& out, const std::string& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  out << '"';
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code < 0x7f && c != '"' && c != '\\') {
      out << c;
    } else {
      out << "\\x" << digits[code >> 4] << digits[code & 15];
    }
  }
  out << '"';
}

struct printer {
  std::ostream& out;

  void operator()(std::monostate) const { out << "nil"; }
  void operator()(bool v) const { out << (v ? "true" : "false"); }
  void operator()(std::uint64_t v) const { out << v; }
  void operator()(std::int64_t v) const { out << v; }
  void operator()(double v) const { out << v << 'f'; }
  void operator()(const std::string& v) const { print_escaped(out, v); }
  void operator()(const fake_bytes& v) const {
    out << 'b';
    print_escaped(out, v.data);
  }
  void operator()(const fake_extension& v) const {
    out << "ext(" << v.type << ")";
    print_escaped(out, v.data);
  }
  void operator()(const fake_list& v) const {
    const char* separator = "[";
    for (const auto& item : v) {
      out << separator << item;
      separator = ", ";
    }
    out << (v.empty() ? "[]" : "]");
  }
  void operator()(const fake_map& v) const {
    const char* separator = "{";
    for (const auto& [key, item] : v) {
      out << separator << key << ": " << item;
      separator = ", ";
    }
    out << (v.empty() ? "{}" : "}");
  }
};

template <class T, class Value>
T copy_or_zero(const Value& value) {
  const T* held = value.template get_if<T>();
  return held ? *held : T();
}

template <class T>
const T& reference_or_empty(const fake_value& value) {
  static const T empty;
  const T* held = value.get_if<T>();
  return held ? *held : empty;
}

}  // namespace

bool operator==(const fake_bytes& a, const fake_bytes& b) { return a.data == b.data; }
bool operator==(const fake_extension& a, const fake_extension& b) {
  return a.type == b.type && a.data == b.data;
}

fake_value::fake_value() = default;
fake_value::fake_value(const fake_value& other) = default;
fake_value::fake_value(fake_value&& other) noexcept = default;
fake_value& fake_value::operator=(const fake_value& other) = default;
fake_value& fake_value::operator=(fake_value&& other) noexcept = default;
fake_value::~fake_value() = default;

fake_value fake_value::payload(std::string bytes) {
  return bytes.empty() ? fake_value() : fake_value(fake_bytes{std::move(bytes)});
}

std::string fake_value::text() const { return copy_or_zero<std::string>(*this); }
std::string fake_value::bytes() const { return copy_or_zero<fake_bytes>(*this).data; }
std::uint64_t fake_value::number() const { return copy_or_zero<std::uint64_t>(*this); }
double fake_value::real() const { return copy_or_zero<double>(*this); }
bool fake_value::flag() const { return copy_or_zero<bool>(*this); }

std::int64_t fake_value::integer() const {
  const auto* negative = get_if<std::int64_t>();
  return negative ? *negative : static_cast<std::int64_t>(number());
}

const fake_list& fake_value::list() const { return reference_or_empty<fake_list>(*this); }
const fake_map& fake_value::map() const { return reference_or_empty<fake_map>(*this); }

bool fake_value::has(std::string_view key) const {
  for (const auto& entry : map()) {
    const auto* text = entry.first.get_if<std::string>();
    if (text && *text == key) return true;
  }
  return false;
}

const fake_value& fake_value::operator[](std::string_view key) const {
  for (const auto& entry : map()) {
    const auto* text = entry.first.get_if<std::string>();
    if (text && *text == key) return entry.second;
  }
  return no_value();
}

const fake_value& fake_value::at(std::size_t index) const {
  return index < list().size() ? list()[index] : no_value();
}

std::size_t fake_value::size() const {
  if (is_list()) return list().size();
  if (is_map()) return map().size();
  return text().size() + bytes().size();
}

std::ostream& operator<<(std::ostream& out, const fake_value& value) {
  const auto try_print = [&](const auto* held) {
    if (held) printer{out}(*held);
    return held != nullptr;
  };
  if (value.is_nil()) return out << "nil";
  static_cast<void>(try_print(value.get_if<bool>()) || try_print(value.get_if<std::uint64_t>()) ||
                    try_print(value.get_if<std::int64_t>()) || try_print(value.get_if<double>()) ||
                    try_print(value.get_if<std::string>()) ||
                    try_print(value.get_if<fake_bytes>()) ||
                    try_print(value.get_if<fake_extension>()) ||
                    try_print(value.get_if<fake_list>()) || try_print(value.get_if<fake_map>()));
  return out;
}

}  // namespace serf::testing
