#pragma once

#include <vector>
#include <serf/testing/fake_agent.hpp>
