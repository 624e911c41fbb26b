/** `work` on several at once; results in the order in which they come. */
export async function* concurrently<T, R>(
  source: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, void> {
  const results: R[] = []
  const running = new Set<Promise<void>>()
  let failed: { error: unknown } | null = null
  let ended = false
  let wake = Promise.withResolvers<void>()
  const notify = (): void => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }

  const feeding = (async () => {
    for await (const item of source) {
      if (failed || ended) return
      const one = work(item).then(
        (result) => {
          results.push(result)
        },
        (error: unknown) => {
          failed ??= { error }
        },
      )
      const tracked: Promise<void> = one.finally(() => {
        running.delete(tracked)
        notify()
      })
      running.add(tracked)
      while (running.size + results.length >= width && !failed && !ended) await wake.promise
    }
  })()
  let fed = false
  feeding.then(
    () => {
      fed = true
      notify()
    },
    (error: unknown) => {
      failed ??= { error }
      fed = true
      notify()
    },
  )

  try {
    for (;;) {
      while (results.length > 0) {
        yield results.shift() as R
        notify()
      }
      // What is in flight is let finish, so that nothing done is lost.
      if ((fed || failed) && running.size === 0 && results.length === 0) break
      const waiting = wake.promise
      if (results.length === 0) await waiting
    }
    if (failed) throw (failed as { error: unknown }).error
  } finally {
    ended = true
    notify()
    await Promise.allSettled([...running])
  }
}
