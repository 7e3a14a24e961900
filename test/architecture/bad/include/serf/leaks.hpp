#pragma once

#include <msgpack.hpp>

#include <serf/allowed.hpp>

#include "session/sideways.hpp"
