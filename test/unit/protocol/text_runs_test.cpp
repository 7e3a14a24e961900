#include "protocol/text_runs.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "protocol/request.hpp"

namespace serf::protocol {
namespace {

using kind = text_run::kind;

struct told {
  std::vector<std::string> texts, keys;
  std::string all;
};

// Fed in pieces of that many bytes.
told runs_of(const std::string& bytes, std::size_t pieces = std::string::npos) {
  text_runs runs;
  told out;
  std::string open;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(pieces, bytes.size())) {
    std::string_view piece = std::string_view(bytes).substr(at, pieces);
    while (!piece.empty()) {
      const auto run = runs.next(piece);
      EXPECT_GT(run.size, 0U);
      EXPECT_LE(run.size, piece.size());
      if (run.size == 0 || run.size > piece.size()) return out;
      out.all.append(piece.substr(0, run.size));
      if (run.what != kind::structure) open.append(piece.substr(0, run.size));
      if (run.is_last) {
        (run.what == kind::key ? out.keys : out.texts).push_back(open);
        open.clear();
      }
      piece.remove_prefix(run.size);
    }
  }
  return out;
}

std::string captured(const std::string& name) {
  std::ifstream file(std::filesystem::path(SERF_TEST_CAPTURES_DIR) / name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string sent(const request& what) {
  std::string bytes;
  append(what, 7, bytes);
  return bytes;
}

using texts = std::vector<std::string>;

TEST(text_runs, tells_the_key_of_an_auth_request) {
  const auto of = runs_of(sent(auth("open-sesame")) + sent(members({})));
  EXPECT_EQ(of.keys, texts{"open-sesame"});
  EXPECT_EQ(of.texts, (texts{"Command", "auth", "Seq", "AuthKey", "Command", "members", "Seq"}));
}

TEST(text_runs, tells_the_keys_of_requests_about_the_keyring) {
  for (const auto& what : {install_key("a2V5"), use_key("a2V5"), remove_key("a2V5")}) {
    EXPECT_EQ(runs_of(sent(what)).keys, texts{"a2V5"}) << name(what.command);
  }
}

TEST(text_runs, tells_the_keys_that_an_agent_lists) {
  const auto of = runs_of(captured("list-keys.two-keys.response.bin"));
  ASSERT_EQ(of.keys.size(), 2U);
  for (const auto& key : of.keys) EXPECT_EQ(key.back(), '=') << key;
}

TEST(text_runs, of_keys_that_are_missing_are_none) {
  EXPECT_EQ(runs_of(captured("list-keys.no-encryption.response.bin")).keys, texts{});
  EXPECT_EQ(runs_of(captured("install-key.response.bin")).keys, texts{});
}

TEST(text_runs, of_a_tag_and_an_event_with_a_name_like_that_are_no_keys) {
  const auto tagged =
      sent(tags(tag_changes().set("Key", "a").set("Keys", "b").set("AuthKey", "c")));
  EXPECT_EQ(runs_of(tagged + sent(event(user_event_request("Key", "AuthKey")))).keys, texts{});
}

TEST(text_runs, are_the_same_over_any_border_between_pieces) {
  const auto bytes = sent(auth("open-sesame")) + captured("list-keys.two-keys.response.bin") +
                     captured("members.response.bin") + sent(event(user_event_request("e", "")));
  const auto whole = runs_of(bytes);
  ASSERT_EQ(whole.keys.size(), 3U);
  for (std::size_t size = 1; size < 40; ++size) {
    const auto cut = runs_of(bytes, size);
    EXPECT_EQ(cut.keys, whole.keys) << size;
    EXPECT_EQ(cut.texts, whole.texts) << size;
    EXPECT_EQ(cut.all, bytes) << size;
  }
}

TEST(text_runs, stay_in_step_with_all_that_agents_and_clients_were_recorded_to_send) {
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(SERF_TEST_CAPTURES_DIR)) {
    const auto name = file.path().filename().string();
    if (file.path().extension() != ".bin" || name.find(".re") == std::string::npos) continue;
    const auto of = runs_of(captured(name) + sent(auth("behind")));
    ASSERT_FALSE(of.keys.empty()) << name;
    EXPECT_EQ(of.keys.back(), "behind") << name;
    ++files;
  }
  EXPECT_GT(files, 100);
}

TEST(text_runs, know_every_form_of_value) {
  const std::string forms =
      std::string("\xdc\x00\x12", 3) + "\xc0\xc2\xc3\x7f\xff" +  // array16; nil to fixint
      "\xccz\xcdzz\xcezzzz\xcfzzzzzzzz" + "\xd0z\xd1zz\xd2zzzz\xd3zzzzzzzz" +  // uint, int
      "\xcazzzz\xcbzzzzzzzz" + "\xd6\x01zzzz" +                                // float, fixext
      std::string("\xc7\x02\x01zz", 5) + "\xc4\x01z";                          // ext8, bin8
  EXPECT_EQ(runs_of(forms + sent(auth("behind"))).keys, texts{"behind"});
}

TEST(text_runs, of_what_is_no_msgpack_is_one_text_without_an_end) {
  text_runs runs;
  EXPECT_EQ(runs.next("\xc1HTTP").what, kind::text);
  const auto next = runs.next("/1.1 400 Bad Request");
  EXPECT_EQ(next.what, kind::text);
  EXPECT_EQ(next.size, 20U);
  EXPECT_FALSE(next.is_last);
}

}  // namespace
}  // namespace serf::protocol
