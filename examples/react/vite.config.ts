import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv } from 'vite';

export default defineConfig(({ mode }) => {
  const { LARAVEL_URL } = loadEnv(mode, '.', 'LARAVEL_');
  const target = LARAVEL_URL ?? 'http://127.0.0.1:8000';
  // The preview of the built page takes the same proxy.
  return { plugins: [react()], server: { proxy: { '/api': target, '/broadcasting': target } } };
});
