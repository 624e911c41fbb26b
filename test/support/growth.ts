/** Microseconds of this thread's processor: what else the machine does adds next to nothing. */
async function processorTime(work: () => unknown, repeat: number): Promise<number> {
  const before = process.threadCpuUsage()
  for (let i = 0; i < repeat; i++) await work()
  const { user, system } = process.threadCpuUsage(before)
  return user + system
}

/** Where the clock of the processor goes by ticks, less than this says little. */
const ENOUGH_US = 15_000

/**
 * How many times the work for `from` is done in the time of that for `times` as much, the best of a
 * few rounds: near `times` where the work is linear, near its square where it is quadratic. Looks
 * again while it is above `atMost`, since a collection of garbage can fall into one of the two.
 */
export async function growth(
  work: (n: number) => unknown,
  { from, times, atMost }: { from: number; times: number; atMost: number },
): Promise<number> {
  let repeat = 1
  let small = await processorTime(() => work(from), repeat)
  while (small < ENOUGH_US) {
    repeat *= 2
    small = await processorTime(() => work(from), repeat)
  }
  let large = Infinity
  for (let round = 0; round < 5 && large > atMost * small; round++) {
    if (round > 0) small = Math.min(small, await processorTime(() => work(from), repeat))
    large = Math.min(large, await processorTime(() => work(from * times), repeat))
  }
  return large / small
}
