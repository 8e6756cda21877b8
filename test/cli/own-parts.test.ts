/** The user's own parts, found by the commands in a configuration file. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { start, temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const inFolder = (cwd: string, line: string) => start(line.split(' '), cwd).ended

describe('a family in one file', () => {
  const home = resolve('examples/own-family')

  test('is trained, described and sampled by the commands, and what it cannot do is refused kindly', async () => {
    const train = `train moons --items 200 --model gauss --steps 400 --rate 0.03 --ema 0.9 --sample-every 300 -q`
    expect(await inFolder(home, `${train} --out ${at('gauss')}`)).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(at('gauss/samples'))).toEqual(['step-0000300.png'])
    expect(JSON.parse(readFileSync(at('gauss/tweedie.json'), 'utf8'))).toMatchObject({ family: 'gauss' })

    // points are standardised: the likeliest Gaussian has mean 0 and spread 1 in each column
    const info = JSON.parse((await inFolder(home, `info ${at('gauss')} --json`)).stdout)
    for (const mean of info.means) expect(mean).toBeCloseTo(0, 1)
    for (const spread of info.spreads) expect(spread).toBeCloseTo(1, 1)

    const sampled = await inFolder(home, `sample ${at('gauss')} -n 50 --out ${at('gauss.npy')} --json`)
    expect(JSON.parse(sampled.stdout)).toMatchObject({ shape: [50, 2] })
    expect(await inFolder(home, `sample ${at('gauss')} --sampler ddim`)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/--sampler means nothing to a model of Gaussians; it is for models of/),
    })
    expect(await inFolder(home, `eval ${at('gauss')}`)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/evaluate means nothing to a model of Gaussians/),
    })
    const resumed = await inFolder(home, `${train.replace('400', '450')} --out ${at('gauss')} --resume`)
    expect(resumed).toMatchObject({ status: 0, stdout: expect.stringContaining('450 steps') })
  })

  test('is missed by name elsewhere', async () => {
    expect(await inFolder(folder, `info ${at('gauss')}`)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/no family of models called 'gauss'\n {2}hint: .*own/),
    })
  })

  test('touches nothing but its own file', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    expect(sources.filter((file) => /gauss'|'Gauss'/.test(readFileSync(join('src', file), 'utf8')))).toEqual([])
  })
})

describe('a network', () => {
  const home = resolve('examples/own-network')
  const train = 'train moons --items 64 --batch 16 --steps 4 -q --network Wave'

  test('is trained by a command in the folder of its configuration, or with --config', async () => {
    expect(await inFolder(home, `${train} -o ${at('wave')}`)).toMatchObject({ status: 0, stderr: '' })
    const config = join(home, 'tweedie.config.ts')
    expect(await inFolder(folder, `${train} -o ${at('wave-2')} --config ${config}`)).toMatchObject({ status: 0 })
    const weights = (name: string) => readFileSync(at(`${name}/network/model.safetensors`))
    expect(weights('wave-2').equals(weights('wave'))).toBe(true)
    expect(await inFolder(home, `${train} -o ${at('wave-3')} --ranks 2`)).toMatchObject({ status: 0, stderr: '' })
    const [alone, shared] = ['wave', 'wave-3'].map((name) => {
      const last = readFileSync(at(`${name}/log.jsonl`), 'utf8')
        .trim()
        .split('\n')
        .at(-1)!
      return JSON.parse(last).loss as number
    })
    expect(shared).toBeCloseTo(alone!, 5)
    const { stdout } = await inFolder(folder, `sample ${at('wave')} -n 3 --steps 2 --json --config ${config}`)
    expect(JSON.parse(stdout)).toMatchObject({ shape: [3, 2] })
  })

  test('is missed by name where there is no configuration', async () => {
    expect(await inFolder(folder, `${train} -o ${at('new')}`)).toMatchObject({ status: 3 })
    expect(await inFolder(folder, `sample ${at('wave')} -n 3`)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(
        /part 'Wave' \(a network\) is not built in\n {2}hint: give it as own\.networks\.Wave/,
      ),
    })
    expect(existsSync(at('new'))).toBe(false)
  })
})

test('a configuration that cannot be read is one line, and nothing is written', async () => {
  mkdirSync(at('broken'))
  writeFileSync(at('broken/tweedie.config.ts'), 'throw new Error("not today")')
  const ended = await inFolder(at('broken'), 'train moons --items 20 --steps 1 --out run')
  expect(ended).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^tweedie: tweedie\.config\.ts throws: not today\n {2}hint: .*\n$/),
  })
  expect(readdirSync(at('broken'))).toEqual(['tweedie.config.ts'])
  expect(await inFolder(at('broken'), 'train --help')).toMatchObject({ status: 0 })
  expect(await inFolder(folder, 'train moons --dry-run --config none.ts')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('none.ts: no such configuration file'),
  })
})
