/** The examples run. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const run = (file: string, ...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', `examples/${file}`, ...args], {
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
  return stdout
}

test('mixture: errors fall with the number of steps', () => {
  const rows = run('mixture.ts').trim().split('\n').slice(1)
  expect(rows).toHaveLength(12)
  const second = (sampler: string, steps: number): number =>
    Math.abs(
      Number(
        rows
          .find((row) => row.startsWith(sampler) && row.includes(` ${steps} `))!
          .trim()
          .split(/\s+/)[3],
      ),
    )
  expect(second('ddim', 80)).toBeLessThan(second('ddim', 5))
})

test('digits: trains and draws a picture', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-'))
  const picture = join(folder, 'digits.png')
  expect(run('digits.ts', '3', picture)).toContain('one of each class')
  expect(existsSync(picture)).toBe(true)
  rmSync(folder, { recursive: true })
})

test('signal: the draws have the mean and the spread of the exact posterior', () => {
  const [adjoint, , ...rows] = run('signal.ts').trim().split('\n')
  expect(adjoint).toMatch(/off by \de-1\d|off by 0e/)
  expect(rows).toHaveLength(16)
  for (const row of rows) {
    const [, , mean, spread, exactMean, exactSpread] = row.match(/-?[\d.]+/g)!.map(Number)
    expect(Math.abs(mean! - exactMean!)).toBeLessThan(0.25 * exactSpread! + 0.02)
    expect(Math.abs(spread! - exactSpread!)).toBeLessThan(0.2 * exactSpread! + 0.02)
  }
})

test('score-matching: both losses find the law of the data', () => {
  const rows = run('score-matching.ts').trim().split('\n')
  expect(rows).toHaveLength(2)
  for (const row of rows) {
    const [mean, deviation] = row.match(/-?[\d.]+/g)!.map(Number)
    expect(Math.abs(mean! - 0.5)).toBeLessThan(0.03)
    expect(Math.abs(deviation! - 0.5)).toBeLessThan(0.03)
  }
})

test('own objective, own network, own sampler', () => {
  expect(run('own-objective.ts', '20')).toMatch(/^huber: (-?\d+\.\d\d ?){8}\n$/)
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-'))
  expect(run('own-network/own-network.ts', '20', join(folder, 'wave'))).toMatch(/^Wave: (-?\d+\.\d\d ?){8}\n$/)
  expect(existsSync(join(folder, 'wave/network/config.json'))).toBe(true)
  rmSync(folder, { recursive: true })
  const [, mean] = /mean ([\d.]+)/.exec(run('own-sampler.ts'))!
  expect(Number(mean)).toBeCloseTo(2, 1)
})

test.each(['own-objective.ts', 'own-network/tweedie.config.ts'])('%s is no longer than it should be', (file) => {
  const code = readFileSync(`examples/${file}`, 'utf8').replaceAll(/\/\*\*[^]*?\*\//g, '')
  expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(20)
})
