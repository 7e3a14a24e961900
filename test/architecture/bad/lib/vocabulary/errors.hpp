#pragma once

#include <spdlog/spdlog.h>

#include <serf/allowed.hpp>
