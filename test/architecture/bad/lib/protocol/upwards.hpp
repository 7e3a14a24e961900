#pragma once

#include <fmt/format.h>
#include <msgpack.hpp>
#include <string>
#include <thread>

#include "serf/allowed.hpp"
#include "vocabulary/errors.hpp"
