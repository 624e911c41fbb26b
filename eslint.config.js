import { defineConfig } from 'eslint/config'
import globals from 'globals'
import prettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'
import vue from 'eslint-plugin-vue'
import { ROOMS, forbidden } from './test/layers.ts'

/** The layers as lint rules; test/layers.test.ts checks the same table over the real imports. */
const layers = ROOMS.map((room) => ({
  files: [`src/${room}/**/*.{ts,vue}`],
  rules: { 'no-restricted-imports': ['error', { patterns: forbidden(room) }] },
}))

export default defineConfig(
  {
    ignores: [
      'node_modules',
      'out',
      'dist',
      '.setup',
      'resources',
      'test/fixtures',
      'test-results',
    ],
  },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] } },
  },
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'vue/multi-word-component-names': 'off',
    },
  },
  {
    files: ['**/*.config.{js,ts}', '**/*.vue', '**/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  ...layers,
  prettier,
)
