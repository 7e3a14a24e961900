#include "protocol/value_scanner.hpp"

#include <array>

#include "protocol/big_endian.hpp"

namespace serf::protocol {
namespace {

enum class form : std::uint8_t { fixed, blob, array, map, invalid };

// What the first byte of a value says about the rest of it.
struct lead {
  form kind = form::fixed;
  std::uint8_t head = 1;   // bytes before the contents; of a fixed value, all of it
  std::uint8_t width = 0;  // of the length that follows the first byte; 0: it is in that byte
};

constexpr lead lead_of(unsigned byte) {
  const auto of_size = [](unsigned size) { return lead{form::fixed, std::uint8_t(size), 0}; };
  const auto counted = [](form kind, unsigned width, unsigned extra = 0) {
    return lead{kind, std::uint8_t(1 + width + extra), std::uint8_t(width)};
  };
  if (byte <= 0x7f || byte >= 0xe0) return of_size(1);
  if (byte <= 0x8f) return {form::map, 1, 0};
  if (byte <= 0x9f) return {form::array, 1, 0};
  if (byte <= 0xbf) return of_size(1 + (byte & 0x1fU));
  switch (byte) {
    case 0xc1:
      return {form::invalid, 1, 0};
    case 0xc4:  // bin
    case 0xc5:
    case 0xc6:
      return counted(form::blob, 1U << (byte - 0xc4U));
    case 0xc7:  // ext: one more byte, its type
    case 0xc8:
    case 0xc9:
      return counted(form::blob, 1U << (byte - 0xc7U), 1);
    case 0xca:  // float
    case 0xcb:
      return of_size(byte == 0xca ? 5 : 9);
    case 0xcc:  // uint
    case 0xcd:
    case 0xce:
    case 0xcf:
      return of_size(1 + (1U << (byte - 0xccU)));
    case 0xd0:  // int
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return of_size(1 + (1U << (byte - 0xd0U)));
    case 0xd4:  // fixext
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return of_size(2 + (1U << (byte - 0xd4U)));
    case 0xd9:  // str
    case 0xda:
    case 0xdb:
      return counted(form::blob, 1U << (byte - 0xd9U));
    case 0xdc:
    case 0xdd:
      return counted(form::array, 2U << (byte - 0xdcU));
    case 0xde:
    case 0xdf:
      return counted(form::map, 2U << (byte - 0xdeU));
    default:  // nil and the booleans
      return of_size(1);
  }
}

constexpr std::array<lead, 256> all_leads() {
  std::array<lead, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) table[byte] = lead_of(byte);
  return table;
}

constexpr std::array<lead, 256> leads = all_leads();

}  // namespace

void value_scanner::reset() noexcept {
  at_ = 0;
  left_ = 1;
  elements_ = 0;
  outer_.clear();
}

value_scanner::outcome value_scanner::open(std::uint64_t elements, std::uint64_t values,
                                           const limits& bounds) {
  if (outer_.size() >= bounds.depth) return outcome::too_deep;
  elements_ += elements;
  if (elements_ > bounds.elements) return outcome::too_many;
  outer_.push_back(left_ - 1);
  left_ = 1 + values;  // the one that is just beginning included
  return outcome::need_more;
}

value_scanner::outcome value_scanner::scan(std::string_view bytes, const limits& bounds) {
  while (left_ > 0 && at_ < bytes.size()) {
    const auto first = static_cast<unsigned char>(bytes[static_cast<std::size_t>(at_)]);
    const lead is = leads[first];
    if (is.kind != form::fixed) {
      if (bytes.size() - at_ <= is.width) break;  // the length has not come yet
      const std::uint64_t count =
          is.width > 0 ? big_endian(bytes.substr(static_cast<std::size_t>(at_) + 1, is.width))
                       : first & 0x0fU;
      outcome found = outcome::need_more;
      switch (is.kind) {
        case form::fixed:
          break;
        case form::blob:
          at_ += count;
          break;
        case form::array:
          found = open(count, count, bounds);
          break;
        case form::map:
          found = open(count, 2 * count, bounds);
          break;
        case form::invalid:
          found = outcome::malformed;
          break;
      }
      if (found != outcome::need_more) return found;
    }
    at_ += is.head;
    if (at_ > bounds.bytes) return outcome::too_large;
    --left_;
    while (left_ == 0 && !outer_.empty()) {
      left_ = outer_.back();
      outer_.pop_back();
    }
  }
  return left_ == 0 && at_ <= bytes.size() ? outcome::complete : outcome::need_more;
}

}  // namespace serf::protocol
