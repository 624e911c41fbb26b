import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openPictureFolder } from '../../../src/main/images/folder.ts'

function folderOf(files: string[]): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'folder-')))
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), file)
  }
  return root
}

async function lookup(root: string, address: string): Promise<string> {
  const found = await (await openPictureFolder(root)).find(address)
  return found.found ? `${found.rule} ${found.path.slice(root.length + 1)}` : found.reason
}

test('a mirror by host and path is found, with its port, its query and its escapes', async () => {
  const root = folderOf([
    'a.example/img/x.jpg',
    'a.example/img/two words.jpg',
    'a.example/get?id=7',
    'a.example/win@id=8',
    'a.example:8080/y.jpg',
    'b.example+81/z.jpg',
  ])
  expect(await lookup(root, 'https://a.example/img/x.jpg')).toBe('host-path a.example/img/x.jpg')
  expect(await lookup(root, 'http://a.example/img/x.jpg?v=3')).toBe('host-path a.example/img/x.jpg')
  expect(await lookup(root, 'http://a.example/img/two%20words.jpg')).toBe(
    'host-path a.example/img/two words.jpg',
  )
  expect(await lookup(root, 'http://a.example/get?id=7')).toBe('host-path a.example/get?id=7')
  expect(await lookup(root, 'http://a.example/win?id=8')).toBe('host-path a.example/win@id=8')
  expect(await lookup(root, 'http://a.example:8080/y.jpg')).toBe('host-path a.example:8080/y.jpg')
  expect(await lookup(root, 'http://b.example:81/z.jpg')).toBe('host-path b.example+81/z.jpg')
})

test('without the host by path, by a digest of the address, by img2dataset, last by a unique name', async () => {
  const address = 'http://a.example/deep/by-digest.jpg'
  const sha256 = createHash('sha256').update(address).digest('hex')
  const md5 = createHash('md5').update(`${address}?2`).digest('hex')
  const root = folderOf([
    'img/x.jpg',
    `cache/${sha256}`,
    `cache/${md5}.jpg`,
    '00000/000000001.jpg',
    'one/unique.png',
    'one/twice.png',
    'two/twice.png',
  ])
  writeFileSync(
    join(root, '00000/000000001.json'),
    JSON.stringify({ url: 'http://c.example/q.jpg', caption: 'q' }),
  )
  expect(await lookup(root, 'http://a.example/img/x.jpg')).toBe('path img/x.jpg')
  expect(await lookup(root, address)).toBe(`sha256-of-url cache/${sha256}`)
  expect(await lookup(root, `${address}?2`)).toBe(`md5-of-url cache/${md5}.jpg`)
  expect(await lookup(root, 'http://c.example/q.jpg')).toBe('url-in-json 00000/000000001.jpg')
  expect(await lookup(root, 'http://a.example/else/UNIQUE.png?w=9')).toBe('name one/unique.png')
  expect(await lookup(root, 'http://a.example/else/twice.png')).toBe('ambiguous-name')
  expect(await lookup(root, 'http://a.example/no.png')).toBe('not-in-folder')
})

test('nothing outside of the folder is named, by no path and through no link', async () => {
  const outside = folderOf(['secret.jpg', 'sub/other.jpg'])
  const root = folderOf(['a.example/ok.jpg'])
  symlinkSync(join(outside, 'secret.jpg'), join(root, 'a.example/link.jpg'))
  symlinkSync(join(outside, 'sub'), join(root, 'a.example/dir'))
  symlinkSync(join(root, 'a.example/ok.jpg'), join(root, 'a.example/inner.jpg'))
  const up = `..%2F..%2F${outside.split('/').at(-1)}%2Fsecret.jpg`
  for (const address of [
    `http://a.example/${up}`,
    `http://a.example/x/..%2f..%2f..%2fetc/passwd`,
    'http://a.example/link.jpg',
    'http://a.example/dir/other.jpg',
    'http://../etc/passwd',
    'http://a.example/',
    'http://a.example/%00',
    'http://a.example/..%5csecret.jpg',
    'file:///etc/passwd',
  ])
    expect([address, await lookup(root, address)]).toEqual([address, 'not-in-folder'])
  expect(await lookup(root, 'http://a.example/inner.jpg')).toBe('host-path a.example/ok.jpg')
})

test('a folder that is not there is an error that names it', async () => {
  await expect(openPictureFolder('/no/such/folder')).rejects.toThrow('/no/such/folder')
})
