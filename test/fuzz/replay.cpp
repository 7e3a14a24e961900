// Runs a target over files, where there is no libFuzzer to do that: fuzz_reader FILE|FOLDER...
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& where) {
  std::vector<fs::path> files;
  if (fs::is_regular_file(where)) files.push_back(where);
  if (fs::is_directory(where)) {
    for (const auto& each : fs::recursive_directory_iterator(where)) {
      if (each.is_regular_file()) files.push_back(each.path());
    }
  }
  return files;
}

bool replay(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad() || !file.is_open()) return false;
  // The name of the one that ends the program stands last.
  std::fprintf(stderr, "%s\n", path.c_str());
  // A copy of exactly this size: a byte read behind it is one that the sanitizer notices.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    const auto files = files_in(argv[i]);
    if (files.empty()) {
      std::fprintf(stderr, "%s: no file there\n", argv[i]);
      return 1;
    }
    for (const fs::path& each : files) {
      if (!replay(each)) {
        std::fprintf(stderr, "%s: cannot be read\n", each.c_str());
        return 1;
      }
      ++count;
    }
  }
  std::printf("%zu inputs replayed\n", count);
  return count > 0 ? 0 : 1;
}
