import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { reservableBytes } from '../../../src/engine/runtime/node/ort-large-pages.ts'

const script = fileURLToPath(new URL('map-memory.ts', import.meta.url))

describe.skipIf(reservableBytes() === 0)('the arena', () => {
  test('has its room once, in large pages, and uses none of it that is not written to', () => {
    const printed = execFileSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' })
    const { mapped, used } = JSON.parse(printed) as { mapped: number; used: number }
    const reserved = reservableBytes() / 1024
    expect(Math.abs(mapped - reserved)).toBeLessThan(4096)
    expect(used).toBeLessThan(64 * 1024)
  })
})
