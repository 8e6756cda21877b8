/** Models of every family, drawn from and judged in shards: the merged results are those of one process, bit for bit. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { key, normal, uniform } from '../../../src/engine/random/index.ts'
import { writeNpy } from '../../../src/files/data/formats/npy.ts'
import { linesIn } from '../../cli/support.ts'
import { temporaryFolder } from '../../cli/tweedie.ts'

const folder = temporaryFolder()
const run = linesIn(folder)

async function ok(line: string) {
  const said = await run(line)
  expect([said.status, said.stderr], line).toEqual([0, ''])
  return said
}

const numbers = normal(key('table'), new Float64Array(400))
const rows = Array.from({ length: 100 }, (_, i) => {
  const [a, b, c, d] = numbers.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number]
  return `${a},${b > 0 ? 'up' : 'down'},${c + a},${a - c + d / 4}`
})
writeFileSync(join(folder, 'table.csv'), `a,b,c,y\n${rows.join('\n')}\n`)
writeFileSync(
  join(folder, 'pictures.npy'),
  writeNpy({
    shape: [48, 1, 8, 8],
    data: Uint8Array.from(uniform(key('pictures'), new Float64Array(48 * 64)), (u) => 256 * u),
  }),
)
const letters = uniform(key('text'), new Float64Array(4000))
writeFileSync(join(folder, 'text.txt'), Array.from(letters, (u) => 'abc de\n'[Math.floor(7 * u)]).join(''))
writeFileSync(join(folder, 'small.sdf'), Array.from({ length: 6 }, (_, i) => sdf(i / 10)).join(''))

/** Hydrogen peroxide, twisted. */
function sdf(angle: number): string {
  const atoms = [
    ['O', 0.7, 0, 0],
    ['O', -0.7, 0, 0],
    ['H', 1, 0.9 * Math.cos(angle), 0.9 * Math.sin(angle)],
    ['H', -1, 0.9, 0],
  ] as const
  const lines = atoms.map(
    ([symbol, ...at]) => `${at.map((x) => x.toFixed(4).padStart(10)).join('')} ${symbol.padEnd(3)} 0  0  0  0  0  0`,
  )
  return [
    'peroxide',
    '',
    '',
    '  4  3  0  0  0  0  0  0  0  0999 V2000',
    ...lines,
    '  1  2  1  0',
    '  1  3  1  0',
    '  2  4  1  0',
    'M  END',
    '$$$$',
    '',
  ].join('\n')
}
const images = 'FOLDER/pictures.npy --batch 8'
/** Name, its training, what is drawn into which file, and evaluations. */
const cases: readonly (readonly [string, readonly string[], string, readonly string[]])[] = [
  [
    'points',
    ['train moons --items 64 --batch 16 --widths 8 --depth 1 --steps 2'],
    '-n 50 --batch 7 --steps 2 .npy',
    ['-n 60 --batch 9 --steps 2', '--likelihood --likelihood-items 30 --batch 8 --bound-steps 9 --tolerance 0.1'],
  ],
  [
    'flow',
    ['train moons --model flow --items 64 --widths 8 --depth 1 --steps 2'],
    '-n 50 --batch 8 .npy',
    ['-n 60 --batch 9', '--likelihood --likelihood-items 30 --batch 8'],
  ],
  [
    'cnf',
    ['train moons --model cnf --items 64 --batch 16 --widths 8 --depth 1 --solver-steps 2 --steps 2'],
    '-n 50 --batch 8 .npy',
    ['-n 60 --batch 9', '--likelihood --likelihood-items 30 --batch 8'],
  ],
  [
    'vae',
    ['train moons --model vae --items 64 --widths 8 --latent 1 --steps 2'],
    '-n 50 --batch 8 .npy',
    ['-n 60 --batch 9', '--likelihood --likelihood-items 30 --batch 8 --importance-samples 30'],
  ],
  [
    'hvae',
    ['train moons --model hvae --items 64 --widths 8 --depth 1 --steps 2'],
    '-n 50 --batch 8 .npy',
    ['-n 60 --batch 9', '--likelihood --likelihood-items 30 --batch 8'],
  ],
  [
    'latent',
    ['train moons --items 64 --model latent --latents FOLDER/vae --widths 8 --depth 1 --steps 2'],
    '-n 23 --batch 4 --steps 2 .png',
    ['-n 23 --batch 5 --steps 2', '--likelihood --likelihood-items 7 --batch 2 --bound-steps 3 --tolerance 0.1'],
  ],
  ['vq', [`train ${images} --model vq --codes 12 --code-size 2 --widths 4,8 --steps 2`], '', ['-n 30 --batch 7']],
  [
    'vq-diffusion',
    [`train ${images} --model vq-diffusion --latents FOLDER/vq --widths 8 --depth 1 --steps 2`],
    '-n 23 --batch 4 --steps 2 .npy',
    ['-n 23 --batch 5 --steps 2', '--likelihood --likelihood-items 7 --batch 2'],
  ],
  [
    'tokens',
    ['train FOLDER/text.txt --length 16 --batch 4 --widths 8 --depth 1 --steps 2'],
    '-n 7 --batch 3 --steps 4 .txt',
    ['-n 20 --batch 7 --steps 4 --likelihood-items 9'],
  ],
  [
    'embeddings',
    ['train FOLDER/text.txt --model embeddings --length 16 --batch 4 --widths 8 --depth 1 --steps 2'],
    '-n 7 --batch 3 --steps 4 .json',
    ['-n 20 --batch 7 --steps 4 --likelihood-items 9'],
  ],
  [
    'rows',
    ['train FOLDER/table.csv --table --batch 8 --widths 8 --depth 1 --steps 2'],
    '-n 40 --batch 7 --steps 2 .csv',
    ['-n 40 --batch 7 --steps 2', '--likelihood-items 30 --batch 7 --terms 3'],
  ],
  [
    'prediction',
    ['train FOLDER/table.csv --target y --batch 8 --widths 8 --depth 1 --steps 2'],
    '',
    ['--draws 400 --steps 2'],
  ],
  [
    'molecules',
    ['train FOLDER/small.sdf --batch 2 --widths 8 --depth 1 --steps 2'],
    '-n 7 --batch 3 --steps 2 --smiles OO .sdf',
    ['--batch 3 --steps 2'],
  ],
]

describe.each(cases)('%s', (name, trained, drawing, judging) => {
  test('trains', async () => {
    for (const line of trained) await ok(`${line} -q${line.includes(' -o ') ? '' : ` -o FOLDER/${name}`}`)
  })

  test.skipIf(drawing === '')('is drawn', async () => {
    const [options, extension] = [
      drawing.slice(0, drawing.lastIndexOf(' ')),
      drawing.slice(drawing.lastIndexOf(' ') + 1),
    ]
    const command = `sample FOLDER/${name} ${options} -q`
    await ok(`${command} -o FOLDER/${name}-one${extension}`)
    for (const i of [2, 1, 3]) await ok(`${command} -o FOLDER/${name}-all${extension} --shard ${i}/3`)
    await ok(`merge FOLDER/${name}-all${extension}.shards -q`)
    const bytes = (which: string) => readFileSync(join(folder, `${name}-${which}${extension}`))
    expect(bytes('all').equals(bytes('one'))).toBe(true)
  })

  test.each(judging)('is judged: %s', async (options) => {
    const command = `eval FOLDER/${name} ${options} -q`
    const at = judging.indexOf(options)
    await ok(`${command} -o FOLDER/${name}-one-${at}.json`)
    for (const i of [2, 1]) await ok(`${command} -o FOLDER/${name}-all-${at}.json --shard ${i}/2`)
    await ok(`merge FOLDER/${name}-all-${at}.json.shards -q`)
    const text = (which: string) => readFileSync(join(folder, `${name}-${which}-${at}.json`), 'utf8')
    expect(text('all')).toBe(text('one'))
  })
})

/** Models that others work on, and commands that work on a file, with what they are written as. */
const others = [
  `train ${images} --widths 8 --depth 1 --steps 2 -o FOLDER/pictures`,
  `train ${images} --model vae --network conv --latent 2 --widths 8,8 --depth 1 --steps 2 -o FOLDER/pictures-vae`,
  `train ${images} --latents FOLDER/pictures-vae --widths 8 --depth 1 --steps 2 -o FOLDER/codes`,
  'train ar1 --items 40 --batch 8 --widths 8 --depth 1 --steps 2 -o FOLDER/fields',
]
const worked: readonly (readonly [line: string, extension: string])[] = [
  ['restore FOLDER/pictures FOLDER/one.png --task denoise --sigma 0.3 -n 5 --batch 2 --steps 2', '.png'],
  ['restore FOLDER/rows FOLDER/gaps.csv -n 3 --batch 7 --steps 2', '.csv'],
  ['edit FOLDER/pictures FOLDER/one.png -n 5 --batch 2 --steps 2', '.npy'],
  ['edit FOLDER/codes FOLDER/one.png --method invert -n 3 --batch 2 --steps 2', '.npy'],
  ['edit FOLDER/pictures FOLDER/one.png --to FOLDER/other.png -n 5 --batch 2 --steps 2', '.npy'],
  ['predict FOLDER/prediction FOLDER/new.csv --draws 400 --steps 2', '.csv'],
  ['assimilate FOLDER/fields FOLDER/seen.csv --length 20 --sigma 0.1 -n 5 --steps 2', '.npz'],
]

/** The columns that answers are for. */
const withoutY = (lines: readonly string[]): string =>
  `a,b,c\n${lines.map((line) => line.replace(/,[^,]*$/, '')).join('\n')}\n`

describe('what works on a file', () => {
  test('trains', async () => {
    for (const line of others) await ok(`${line} -q`)
    for (const [name, value] of [
      ['one', 200],
      ['other', 30],
    ] as const) {
      const data = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 > 3 ? value : 90))
      await sharp(data, { raw: { width: 8, height: 8, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(join(folder, `${name}.png`))
    }
    writeFileSync(join(folder, 'gaps.csv'), `a,b,c,y\n${rows.map((row) => row.replace(/^[^,]*/, '')).join('\n')}\n`)
    writeFileSync(join(folder, 'new.csv'), withoutY(rows))
    writeFileSync(join(folder, 'seen.csv'), 'time,x,y,variable,value\n3,0,0,field0,0.5\n9,0,0,field0,-1\n')
  })

  test.each(worked)('%s', async (line, extension) => {
    const out = `FOLDER/work-${worked.findIndex(([each]) => each === line)}`
    await ok(`${line} -q -o ${out}-one${extension}`)
    for (const i of [2, 1, 3]) await ok(`${line} -q -o ${out}-all${extension} --shard ${i}/3`)
    await ok(`merge ${out}-all${extension}.shards -q`)
    const bytes = (which: string) => readFileSync(`${out.replace('FOLDER', folder)}-${which}${extension}`)
    expect(bytes('all').equals(bytes('one'))).toBe(true)
  })

  test('a file that has changed is refused, by the merge and by the next shard', async () => {
    const line = 'predict FOLDER/prediction FOLDER/changed.csv --draws 400 --steps 2 -q -o FOLDER/late.csv'
    writeFileSync(join(folder, 'changed.csv'), withoutY(rows))
    for (const i of [1, 2]) await ok(`${line} --shard ${i}/2`)
    writeFileSync(join(folder, 'changed.csv'), withoutY(rows.toReversed()))
    expect(await run('merge FOLDER/late.csv.shards')).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/changed.csv: is not what it was when the shards were computed/),
    })
    expect((await run(`${line} --shard 2/2`)).stderr).toMatch(/of other settings: .*changed.csv has changed since/)
  })
})
