/** How a fetch goes about its requests. */
export interface FetchPace {
  /** Pause between two requests at one host, seconds. */
  delaySeconds: number
  /** From a request to the last byte of its answer, seconds. */
  requestSeconds: number
  /** Requests in flight, all hosts together. */
  parallel: number
  /** Pictures that are read ahead of those that have ended. */
  ahead: number
}

/**
 * How long a fetch takes, seconds, by playing it through: one request at a time at a host with a
 * pause after it, `parallel` in flight, the first of a host behind its robots.txt. Redirects and
 * second tries are not in it.
 * @param hosts of each picture, in the order of the queue, as a number from 0
 */
export function fetchSeconds(hosts: ArrayLike<number>, pace: FetchPace): number {
  const { delaySeconds, requestSeconds, parallel, ahead } = pace
  let nHosts = 0
  for (let i = 0; i < hosts.length; i++) nHosts = Math.max(nHosts, (hosts[i] as number) + 1)
  const waiting = new Int32Array(nHosts)
  const freeAt = new Float64Array(nHosts)
  const isQueued = new Uint8Array(nHosts)
  const isKnown = new Uint8Array(nHosts)
  /** Hosts by the moment when they may be asked, and ends of what is in flight. */
  const ready = minHeap()
  const flying = minHeap()
  let next = 0
  let end = 0

  const queue = (host: number, now: number): void => {
    isQueued[host] = 1
    ready.push(Math.max(now, freeAt[host] as number), host)
  }
  const read = (now: number): void => {
    const host = hosts[next++] as number
    ;(waiting[host] as number)++
    if (isQueued[host] === 0) queue(host, now)
  }
  while (next < hosts.length && next < ahead) read(0)

  for (let first = ready.pop(); first; first = ready.pop()) {
    const host = first.value
    let start = first.key
    if (flying.size() >= parallel) start = Math.max(start, flying.pop()?.key ?? start)
    const done = start + requestSeconds * (isKnown[host] === 0 ? 2 : 1)
    isKnown[host] = 1
    flying.push(done, host)
    freeAt[host] = done + delaySeconds
    isQueued[host] = 0
    ;(waiting[host] as number)--
    if ((waiting[host] as number) > 0) queue(host, done)
    if (next < hosts.length) read(done)
    if (done > end) end = done
  }
  return end
}

interface Entry {
  key: number
  value: number
}

/** The smallest key first. */
function minHeap(): {
  push(key: number, value: number): void
  pop(): Entry | undefined
  size(): number
} {
  const heap: Entry[] = []
  const swap = (a: number, b: number): void => {
    const held = heap[a] as Entry
    heap[a] = heap[b] as Entry
    heap[b] = held
  }
  const keyAt = (i: number): number => heap[i]?.key ?? Infinity
  return {
    push(key, value) {
      let i = heap.push({ key, value }) - 1
      for (let up = (i - 1) >> 1; i > 0 && keyAt(up) > key; up = (i - 1) >> 1) {
        swap(i, up)
        i = up
      }
    },
    pop() {
      const first = heap[0]
      const last = heap.pop()
      if (heap.length === 0 || !last) return first
      heap[0] = last
      for (let i = 0; ;) {
        const left = 2 * i + 1
        const least = keyAt(left) <= keyAt(left + 1) ? left : left + 1
        if (keyAt(least) >= last.key) break
        swap(i, least)
        i = least
      }
      return first
    },
    size: () => heap.length,
  }
}
