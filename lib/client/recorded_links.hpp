#pragma once

#include <memory>
#include <string>

#include "transport/io_thread.hpp"
#include "vocabulary/log.hpp"

namespace serf {

// The same thread; what its links send and receive stands in the file, once it is destroyed to the
// last byte. An empty path: nothing is recorded. std::invalid_argument: the file cannot be opened.
std::unique_ptr<transport::io_thread> recorded(std::unique_ptr<transport::io_thread> io,
                                               const std::string& path, const std::string& auth_key,
                                               log written);

}  // namespace serf
