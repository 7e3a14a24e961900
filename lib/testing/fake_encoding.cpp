#include <serf/testing/fake_encoding.hpp>

#include <cstring>
#include <limits>

namespace serf::testing {
namespace {

constexpr int deepest = 64;

void put(std::string& out, unsigned tag) { out.push_back(static_cast<char>(tag)); }

void put_number(std::string& out, unsigned tag, std::uint64_t value, unsigned width) {
  put(out, tag);
  while (width-- > 0) out.push_back(static_cast<char>(value >> (8 * width) & 0xff));
}

void put_unsigned(std::string& out, std::uint64_t v) {
  if (v < 0x80) return put(out, static_cast<unsigned>(v));
  if (v <= 0xff) return put_number(out, 0xcc, v, 1);
  if (v <= 0xffff) return put_number(out, 0xcd, v, 2);
  if (v <= 0xffffffff) return put_number(out, 0xce, v, 4);
  put_number(out, 0xcf, v, 8);
}

void put_negative(std::string& out, std::int64_t v) {
  const auto bits = static_cast<std::uint64_t>(v);
  if (v >= -32) return put(out, static_cast<unsigned>(bits & 0xff));
  if (v >= std::numeric_limits<std::int8_t>::min()) return put_number(out, 0xd0, bits, 1);
  if (v >= std::numeric_limits<std::int16_t>::min()) return put_number(out, 0xd1, bits, 2);
  if (v >= std::numeric_limits<std::int32_t>::min()) return put_number(out, 0xd2, bits, 4);
  put_number(out, 0xd3, bits, 8);
}

// Text and bytes: the one-byte length at `tag8`, the wider ones behind it.
void put_length(std::string& out, unsigned tag8, std::size_t size) {
  if (size <= 0xff) return put_number(out, tag8, size, 1);
  if (size <= 0xffff) return put_number(out, tag8 + 1, size, 2);
  put_number(out, tag8 + 2, size, 4);
}

void put_count(std::string& out, unsigned fixed, unsigned tag16, std::size_t count) {
  if (count < 16) return put(out, fixed | static_cast<unsigned>(count));
  if (count <= 0xffff) return put_number(out, tag16, count, 2);
  put_number(out, tag16 + 1, count, 4);
}

void put_value(std::string& out, const fake_value& value) {
  if (const auto* flag = value.get_if<bool>()) {
    put(out, *flag ? 0xc3 : 0xc2);
  } else if (const auto* number = value.get_if<std::uint64_t>()) {
    put_unsigned(out, *number);
  } else if (const auto* negative = value.get_if<std::int64_t>()) {
    put_negative(out, *negative);
  } else if (const auto* real = value.get_if<double>()) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, real, sizeof bits);
    put_number(out, 0xcb, bits, 8);
  } else if (const auto* text = value.get_if<std::string>()) {
    if (text->size() < 32) {
      put(out, 0xa0 | static_cast<unsigned>(text->size()));
    } else {
      put_length(out, 0xd9, text->size());
    }
    out += *text;
  } else if (const auto* bytes = value.get_if<fake_bytes>()) {
    put_length(out, 0xc4, bytes->data.size());
    out += bytes->data;
  } else if (const auto* extension = value.get_if<fake_extension>()) {
    put_length(out, 0xc7, extension->data.size());
    put(out, static_cast<unsigned>(extension->type) & 0xff);
    out += extension->data;
  } else if (const auto* list = value.get_if<fake_list>()) {
    put_count(out, 0x90, 0xdc, list->size());
    for (const auto& item : *list) put_value(out, item);
  } else if (const auto* map = value.get_if<fake_map>()) {
    put_count(out, 0x80, 0xde, map->size());
    for (const auto& [key, item] : *map) {
      put_value(out, key);
      put_value(out, item);
    }
  } else {
    put(out, 0xc0);
  }
}

class reader {
 public:
  explicit reader(std::string_view bytes) : bytes_(bytes) {}

  std::size_t position() const { return position_; }

  fake_decoding read(fake_value& into, int depth) {
    std::uint64_t tag = 0;
    if (!number(1, tag)) return fake_decoding::incomplete;
    if (depth > deepest) return fake_decoding::malformed;
    if (tag < 0x80) return done(into, tag);
    if (tag < 0x90) return map(into, tag & 0x0f, depth);
    if (tag < 0xa0) return list(into, tag & 0x0f, depth);
    if (tag < 0xc0) return text(into, tag & 0x1f);
    if (tag >= 0xe0) return done(into, static_cast<std::int64_t>(tag) - 256);
    switch (tag) {
      case 0xc0:
        return done(into, nullptr);
      case 0xc2:
        return done(into, false);
      case 0xc3:
        return done(into, true);
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return bytes(into, 1U << (tag - 0xc4));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return extension(into, 1U << (tag - 0xc7));
      case 0xca:
      case 0xcb:
        return real(into, tag == 0xca ? 4 : 8);
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return natural(into, 1U << (tag - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return integer(into, 1U << (tag - 0xd0));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return extension_of(into, std::uint64_t{1} << (tag - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb: {
        std::uint64_t size = 0;
        return number(1U << (tag - 0xd9), size) ? text(into, size) : fake_decoding::incomplete;
      }
      case 0xdc:
      case 0xdd: {
        std::uint64_t count = 0;
        return number(tag == 0xdc ? 2 : 4, count) ? list(into, count, depth)
                                                  : fake_decoding::incomplete;
      }
      case 0xde:
      case 0xdf: {
        std::uint64_t count = 0;
        return number(tag == 0xde ? 2 : 4, count) ? map(into, count, depth)
                                                  : fake_decoding::incomplete;
      }
      default:
        return fake_decoding::malformed;
    }
  }

 private:
  static fake_decoding done(fake_value& into, fake_value value) {
    into = std::move(value);
    return fake_decoding::complete;
  }

  bool number(unsigned width, std::uint64_t& into) {
    if (bytes_.size() - position_ < width) return false;
    into = 0;
    while (width-- > 0) into = into << 8 | static_cast<unsigned char>(bytes_[position_++]);
    return true;
  }

  bool raw(std::uint64_t size, std::string& into) {
    if (bytes_.size() - position_ < size) return false;
    into.assign(bytes_.substr(position_, static_cast<std::size_t>(size)));
    position_ += static_cast<std::size_t>(size);
    return true;
  }

  fake_decoding text(fake_value& into, std::uint64_t size) {
    std::string data;
    if (!raw(size, data)) return fake_decoding::incomplete;
    return done(into, std::move(data));
  }

  fake_decoding bytes(fake_value& into, unsigned width) {
    std::uint64_t size = 0;
    fake_bytes data;
    if (!number(width, size) || !raw(size, data.data)) return fake_decoding::incomplete;
    return done(into, std::move(data));
  }

  fake_decoding extension(fake_value& into, unsigned width) {
    std::uint64_t size = 0;
    return number(width, size) ? extension_of(into, size) : fake_decoding::incomplete;
  }

  fake_decoding extension_of(fake_value& into, std::uint64_t size) {
    std::uint64_t type = 0;
    fake_extension data;
    if (!number(1, type) || !raw(size, data.data)) return fake_decoding::incomplete;
    data.type = static_cast<int>(type);
    return done(into, std::move(data));
  }

  fake_decoding real(fake_value& into, unsigned width) {
    std::uint64_t bits = 0;
    if (!number(width, bits)) return fake_decoding::incomplete;
    if (width == 8) {
      double value = 0;
      std::memcpy(&value, &bits, sizeof value);
      return done(into, value);
    }
    const auto narrow = static_cast<std::uint32_t>(bits);
    float value = 0;
    std::memcpy(&value, &narrow, sizeof value);
    return done(into, static_cast<double>(value));
  }

  fake_decoding natural(fake_value& into, unsigned width) {
    std::uint64_t value = 0;
    return number(width, value) ? done(into, value) : fake_decoding::incomplete;
  }

  fake_decoding integer(fake_value& into, unsigned width) {
    std::uint64_t bits = 0;
    if (!number(width, bits)) return fake_decoding::incomplete;
    const unsigned unused = 64 - 8 * width;  // shifted out and back in, with the sign
    return done(into, static_cast<std::int64_t>(bits << unused) >> unused);
  }

  fake_decoding list(fake_value& into, std::uint64_t count, int depth) {
    fake_list items;  // grows with what is there, not with what is announced
    for (; count > 0; --count) {
      fake_value item;
      const auto state = read(item, depth + 1);
      if (state != fake_decoding::complete) return state;
      items.push_back(std::move(item));
    }
    return done(into, std::move(items));
  }

  fake_decoding map(fake_value& into, std::uint64_t count, int depth) {
    fake_map items;
    for (; count > 0; --count) {
      fake_value key;
      auto state = read(key, depth + 1);
      if (state != fake_decoding::complete) return state;
      fake_value item;
      state = read(item, depth + 1);
      if (state != fake_decoding::complete) return state;
      items.emplace_back(std::move(key), std::move(item));
    }
    return done(into, std::move(items));
  }

  std::string_view bytes_;
  std::size_t position_ = 0;
};

}  // namespace

std::string encode(const fake_value& value) {
  std::string out;
  put_value(out, value);
  return out;
}

std::string encode_header(std::uint64_t seq, const std::string& error) {
  return encode(fake_map{{"Error", error}, {"Seq", seq}});
}

std::string encode_message(std::uint64_t seq, const std::string& error, const fake_value& body) {
  return encode_header(seq, error) + encode(body);
}

fake_decoded decode(std::string_view bytes) {
  reader from(bytes);
  fake_decoded result;
  result.state = from.read(result.value, 0);
  result.size = from.position();
  return result;
}

}  // namespace serf::testing
