/** The assignment problem: rows to columns, one to one, at the least cost. */

/** An assignment. */
export interface Assignment {
  /** The column of each row; −1 for rows that were not reached, where it was given up. */
  readonly columns: Int32Array
  /** The sum of its costs; where it was given up, a number above the limit that the least sum is not below. */
  readonly cost: number
}

/** What is known while rows are assigned. */
interface State {
  readonly costs: Float64Array
  readonly n: number
  /** The column of each row and the row of each column, −1 for none. */
  readonly columns: Int32Array
  readonly rows: Int32Array
  /** Of columns: no row is nearer to another column, at cost less price, than to its own. */
  readonly prices: Float64Array
}

/**
 * The exact solution for `costs [n, n]`, by reduction and shortest augmenting paths: Jonker & Volgenant, A shortest augmenting path algorithm for dense and
 * sparse linear assignment problems (1987). Time grows as n³ at most, and on points of two clouds far more slowly.
 *
 * @param costs finite numbers, row by row
 * @param limit what the least sum is not worth knowing above: the search ends as soon as it is known to be larger
 * @example
 * assign(Float64Array.of(1, 2, 0, 3), 2) // columns [1, 0], cost 2
 */
export function assign(costs: Float64Array, n: number, limit = Infinity): Assignment {
  const columns = new Int32Array(n).fill(-1)
  const rows = new Int32Array(n).fill(-1)
  const state: State = { costs, n, columns, rows, prices: new Float64Array(n).fill(Infinity) }
  reduceColumns(state)
  for (let pass = 0; pass < 2; pass++) reduceRows(state)
  // The value of the dual problem, which is never above the least cost: it rises with every path.
  const least = leastOfFree(state)
  let dual = 0
  for (let j = 0; j < n; j++) dual += rows[j]! < 0 ? state.prices[j]! : costs[rows[j]! * n + j]!
  for (let i = 0; i < n; i++) dual += least[i]!
  const search = { distance: new Float64Array(n), before: new Int32Array(n), open: new Int32Array(n) }
  for (let row = 0; row < n && dual <= limit; row++) {
    if (columns[row]! < 0) dual += augment(state, search, row) - least[row]!
  }
  if (columns.includes(-1)) return { columns, cost: dual }
  return { columns, cost: columns.reduce((sum, column, row) => sum + costs[row * n + column]!, 0) }
}

/** Prices of columns: their least costs. The row of a least cost gets the column, if it is free. */
function reduceColumns({ costs, n, columns, rows, prices }: State): void {
  const cheapest = new Int32Array(n)
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++, at++) {
      if (costs[at]! >= prices[j]!) continue
      prices[j] = costs[at]!
      cheapest[j] = i
    }
  }
  for (let j = 0; j < n; j++) {
    const row = cheapest[j]!
    if (columns[row]! >= 0) continue
    columns[row] = j
    rows[j] = row
  }
}

/** Each free row takes the column that is best for it, which becomes dearer by as much as the second best is worse. */
function reduceRows({ costs, n, columns, rows, prices }: State): void {
  for (let start = 0; start < n; start++) {
    let row = start
    // A row that lost its column goes on at once, a few times: more would be a long war of prices among points far from all others.
    for (let turn = 0; turn < 4 && row >= 0 && columns[row]! < 0; turn++) {
      let [first, second, best, next] = [Infinity, Infinity, -1, -1]
      for (let j = 0, at = row * n; j < n; j++, at++) {
        const value = costs[at]! - prices[j]!
        if (value >= second) continue
        if (value < first) {
          second = first
          next = best
          first = value
          best = j
        } else {
          second = value
          next = j
        }
      }
      if (second > first && second < Infinity) prices[best]! -= second - first
      else if (rows[best]! >= 0 && next >= 0) best = next
      const owner = rows[best]!
      if (owner >= 0) columns[owner] = -1
      rows[best] = row
      columns[row] = best
      // among equals, the one that lost waits for a path
      row = second > first ? owner : -1
    }
  }
}

/** The least of cost less price of each free row; 0 for the others. */
function leastOfFree({ costs, n, columns, prices }: State): Float64Array {
  return Float64Array.from(columns, (column, row) => {
    if (column >= 0) return 0
    let least = Infinity
    for (let j = 0, at = row * n; j < n; j++, at++) least = Math.min(least, costs[at]! - prices[j]!)
    return least
  })
}

/** Gives a free row a column, along the shortest path of exchanges (Dijkstra); its length comes back. */
function augment(
  { costs, n, columns, rows, prices }: State,
  { distance, before, open }: { distance: Float64Array; before: Int32Array; open: Int32Array },
  start: number,
): number {
  let nearest = 0
  for (let j = 0; j < n; j++) {
    open[j] = j
    before[j] = start
    distance[j] = costs[start * n + j]! - prices[j]!
    if (distance[j]! < distance[nearest]!) nearest = j
  }
  // Columns before `done` are final, and the others wait in `open`.
  let done = 0
  let end = -1
  let reached = 0
  for (let at = nearest; end < 0;) {
    const column = open[at]!
    open[at] = open[done]!
    open[done++] = column
    reached = distance[column]!
    const row = rows[column]!
    if (row < 0) {
      end = column
      break
    }
    const offset = row * n
    const base = reached - (costs[offset + column]! - prices[column]!)
    let least = Infinity
    for (let k = done; k < n; k++) {
      const j = open[k]!
      const through = base + costs[offset + j]! - prices[j]!
      let now = distance[j]!
      if (through < now) {
        now = distance[j] = through
        before[j] = row
      }
      if (now < least) {
        least = now
        at = k
      }
    }
  }
  for (let k = 0; k < done - 1; k++) prices[open[k]!]! += distance[open[k]!]! - reached
  for (let column = end, row = -1; row !== start;) {
    row = before[column]!
    rows[column] = row
    const next = columns[row]!
    columns[row] = column
    column = next
  }
  return reached
}
