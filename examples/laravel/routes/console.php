<?php

use Illuminate\Support\Facades\Schedule;

Schedule::command('credits:check-attention')->hourly();
