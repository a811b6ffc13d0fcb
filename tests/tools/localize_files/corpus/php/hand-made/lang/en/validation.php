<?php

return [

    /*
    |--------------------------------------------------------------------------
    | Validation Language Lines
    |--------------------------------------------------------------------------
    */

    'accepted' => 'The :attribute must be accepted.',
    'between' => [
        'numeric' => 'The :attribute must be between :min and :max.',
        'file' => "The :attribute must be between :min and :max kilobytes.",
        'array' => 'The :attribute field doesn\'t have enough items.',
    ],
    'path' => 'C:\\temp',
    "newline" => "First line\nsecond \$line, a \"quote\"",
    'apples' => '{0} There are none|{1} There is one|[2,*] There are :count',
    'old' => array(
        'style' => 'Old style', // a comment
    ),

    // 'commented' => 'Not a value',
    'custom' => [],

    'attributes' => ['name' => 'name', 'email' => 'e-mail'],

];
