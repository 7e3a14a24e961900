#include "vocabulary/errors.hpp"

#include "protocol/upwards.hpp"
