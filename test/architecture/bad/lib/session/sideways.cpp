#include "../protocol/upwards.hpp"

#include "protocol/upwards.hpp"
#include "upwards.hpp"
  #  include <asio/io_context.hpp>
#include <thread>
// #include <boost/config.hpp> in a comment is no include
