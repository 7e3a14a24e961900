#pragma once

#include <asio.hpp>
#include <msgpack.hpp>
