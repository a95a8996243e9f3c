#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace segue::chaos {

/// Random choices that are the same on every machine for one seed, which those of the standard
/// library's distributions are not: splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom
/// number generators, 2014).
class draw {
  public:
    explicit draw(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31U);
    }

    /// 0 to bound - 1; the bound is not zero. That small ones are likelier by 2^-40 does not
    /// matter.
    std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }
    /// Both included.
    std::uint64_t between(std::uint64_t least, std::uint64_t most) noexcept {
        return least + below(most - least + 1);
    }
    bool in_percent(unsigned percent) noexcept { return below(100) < percent; }

    template <typename T>
    T one_of(std::initializer_list<T> these) noexcept {
        return *(these.begin() + below(these.size()));
    }
    template <typename T>
    const T& one_of(const std::vector<T>& these) noexcept {
        return these[below(these.size())];
    }

  private:
    std::uint64_t state_;
};

}  // namespace segue::chaos
