#include "transport/link.hpp"

namespace serf::transport {

namespace {

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "serf.link"; }

  std::string message(int value) const override {
    switch (static_cast<link_errc>(value)) {
      case link_errc::closed_by_agent:
        return "the agent closed the connection";
      case link_errc::lookup_failed:
        return "cannot look up name";
      case link_errc::internal_error:
        return "internal error";
    }
    return "unknown error " + std::to_string(value);
  }
};

}  // namespace

link_events::~link_events() = default;
link::~link() = default;

const std::error_category& link_category() noexcept {
  static const category instance;
  return instance;
}

std::error_code make_error_code(link_errc code) noexcept {
  return {static_cast<int>(code), link_category()};
}

}  // namespace serf::transport
