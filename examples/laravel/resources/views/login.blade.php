<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="csrf-token" content="{{ csrf_token() }}" />
    <title>Log in</title>
  </head>
  <body>
    <form method="post" action="/login">
      @csrf
      <input name="email" type="email" placeholder="E-mail" required />
      <input name="password" type="password" placeholder="Password" required />
      <button>Log in</button>
      @error('email')<p role="alert">{{ $message }}</p>@enderror
    </form>
  </body>
</html>
